// Speed, as ratios against a peer that runs in the same minutes on the same machine, alternating, after a warm-up. Absolute times of a
// shared machine say little; the ratio and its range say more. Writes bench/results/latest.json with every raw point.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { foldRun } from "../src/measure/fold.ts";
import { monoMs } from "../src/util/clock.ts";
import { crashRun, held, row } from "../test/support/synthetic-run.ts";

const ROUNDS = 9;
const bin = fileURLToPath(new URL("../bin/firedrill.js", import.meta.url));
const root = fileURLToPath(new URL("..", import.meta.url));

interface Result {
  readonly name: string;
  readonly ours: string;
  readonly peer: string;
  readonly oursMs: readonly number[];
  readonly peerMs: readonly number[];
  /** Pair by pair. */
  readonly ratios: readonly number[];
}

function timed(work: () => void): number {
  const startedMs = monoMs();
  work();
  return monoMs() - startedMs;
}

function compare(name: string, [ours, runOurs]: readonly [string, () => void], [peer, runPeer]: readonly [string, () => void]): Result {
  const oursMs: number[] = [];
  const peerMs: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const first = timed(runOurs);
    const second = timed(runPeer);
    if (round < 0) continue;
    oursMs.push(first);
    peerMs.push(second);
  }
  return { name, ours, peer, oursMs, peerMs, ratios: oursMs.map((ms, index) => ms / (peerMs[index] ?? Number.NaN)) };
}

const node = (args: readonly string[]) => (): void => {
  const run = spawnSync(process.execPath, [...args], { cwd: root, stdio: "ignore" });
  if (run.status !== 0) throw new Error(`${args.join(" ")} ended with ${run.status}`);
};

const SHOTS = 1_000_000;
const rows = [0, 1, 2].map((index) => row({ row: index, endpoint: `m${index + 1}` }));
const events = crashRun({
  rows: rows.map((each) => ({ row: each, behave: held(10_000, 11_000) })),
  untilMs: (SHOTS / rows.length) * (rows[0]?.everyMs ?? 0),
});
const lines = events.map((event) => JSON.stringify(event));

const results = [
  compare("start", ["firedrill --help", node([bin, "--help"])], ["node -e 0", node(["-e", "0"])]),
  compare(
    "validate one playbook",
    ["firedrill validate", node([bin, "validate", "playbooks/leader-crash.yaml"])],
    ["node -e 0", node(["-e", "0"])],
  ),
  compare(
    "fold 1,000,000 shots",
    ["foldRun", () => void foldRun(events, { head: "", problem: null })],
    ["JSON.parse of the same lines", () => lines.forEach((line) => void JSON.parse(line))],
  ),
];

const sorted = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
const at = (values: readonly number[], share: number): number => sorted(values)[Math.round((values.length - 1) * share)] ?? Number.NaN;
const range = (values: readonly number[], digits: number): string =>
  [0, 0.5, 1].map((share) => at(values, share).toFixed(digits)).join(" / ");
const table = [
  "| what | ours, ms (min / median / max) | peer, ms | ratio ours : peer |",
  "|---|---|---|---|",
  ...results.map(
    (result) =>
      `| ${result.name}: ${result.ours} against ${result.peer} | ${range(result.oursMs, 0)} | ${range(result.peerMs, 0)} | ${range(result.ratios, 2)} |`,
  ),
].join("\n");
mkdirSync(fileURLToPath(new URL("results/", import.meta.url)), { recursive: true });
writeFileSync(
  fileURLToPath(new URL("results/latest.json", import.meta.url)),
  `${JSON.stringify({ node: process.version, rounds: ROUNDS, results }, null, 1)}\n`,
);
console.log(table);
