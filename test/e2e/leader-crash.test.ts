// The first promise of all: the measured recovery agrees with somebody who measured it without us.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunRecord } from "../../src/core/record.ts";
import { eventsOfType, root, tempCli } from "./support/cli.ts";
import { longestGap, type ProberTarget, startProber } from "./support/prober.ts";

const INTERVAL_MS = 20;

test("leader-crash passes, and serviceRestored lies within one probe interval of an independent 20 ms prober", async () => {
  await using cli = tempCli();
  const up = await cli.run(["up", "--name", "lab", "--json"]);
  expect(up.code, up.stderr).toBe(0);
  await using prober = startProber(JSON.parse(up.stdout) as ProberTarget);
  // Three times: a hiccup of a shared machine between the two probers' answers is not what is tested here, agreement is.
  const ended = await cli.run(["run", "--target", "local:lab", "--repeat", "3", "playbooks/leader-crash.yaml"], { cwd: root });
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  expect(ended.stdout).toMatch(/3 runs of leader-crash: passed, passed, passed/);

  const dirs = readdirSync(cli.reports)
    .filter((name) => name.includes("-leader-crash-"))
    .map((name) => join(cli.reports, name));
  expect(dirs).toHaveLength(3);
  const apart = dirs.map((dir) => {
    const record = JSON.parse(readFileSync(join(dir, "run.json"), "utf8")) as RunRecord;
    expect(record.outcome).toBe("passed");
    const step = record.steps.find(({ drill }) => drill === "etcd-member-crash");
    const restored = step?.recoveries.find(({ kind }) => kind === "serviceRestored");
    expect(step?.effect?.proved).toBe(true);
    expect(restored?.neverLost).toBe(false);
    const faultAtMs = record.run.monoAnchorMs + (step?.faultAtMs ?? 0);
    const acks = prober.acks().filter((ms) => ms < faultAtMs + 5000);
    const seen = longestGap(acks, faultAtMs);
    // An election takes at least one election timeout (1 s by default) less what had passed of it.
    expect(seen.toMs - seen.fromMs).toBeGreaterThan(300);
    // A prober that stood still itself saw the end late by as much.
    return Math.abs(faultAtMs + (restored?.measured?.valueMs ?? 0) - seen.toMs) - prober.lagAround(seen.toMs);
  });
  const middle = apart.toSorted((a, b) => a - b)[1];
  expect(middle, `apart by ${apart.map((ms) => ms.toFixed(1)).join(", ")} ms`).toBeLessThanOrEqual(INTERVAL_MS);

  // What was measured can be rebuilt from the journal alone, byte for byte.
  const before = readFileSync(join(cli.newestRun(), "report.html"), "utf8");
  expect((await cli.run(["report", "render", cli.newestRun()])).code).toBe(0);
  expect(readFileSync(join(cli.newestRun(), "report.html"), "utf8")).toBe(before);
  // The ledger holds the attempts, opened and closed.
  const ledger = readFileSync(join(cli.reports, "ledger.jsonl"), "utf8").trim().split("\n");
  expect(ledger.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
    "opened",
    "closed",
    "opened",
    "closed",
    "opened",
    "closed",
  ]);
  // Undo came before the act.
  const [intent] = eventsOfType(cli.newestRun(), "step.intent");
  const [act] = eventsOfType(cli.newestRun(), "act");
  expect(intent?.seq).toBeLessThan(act?.seq ?? 0);
  expect(intent?.data.undo).toEqual(expect.arrayContaining([expect.objectContaining({ op: "member.start" })]));
  expect((await cli.run(["status"])).code).toBe(0);
});
