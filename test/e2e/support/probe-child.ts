// Runs probes in a process of its own, so that a test can stop that process with SIGSTOP. Prints one JSON line for each event.
import { SHOT } from "../../../src/core/probe.ts";
import type { Connection } from "../../../src/core/target.ts";
import { startProbes } from "../../../src/probes/client.ts";
import { monoMs } from "../../../src/util/clock.ts";

const connection = JSON.parse(process.argv[2] ?? "null") as Connection;
const signal = new AbortController().signal;
const say = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
const run = await startProbes(
  {
    connection,
    expectedVoters: 3,
    probes: [{ id: "write", type: "etcd-write", everyMs: 20, deadlineMs: 400, params: {} }],
    sentinel: { everyMs: 50, deadlineMs: 400 },
    runId: "child",
    monoAnchorMs: monoMs(),
    batchEveryMs: 100,
  },
  {
    onSamples: (row, shots) => say({ row, shots, notSampled: shots.filter((shot) => shot[1] === SHOT.notSampled).length }),
    onSentinel: (writes) => say({ writes }),
    onStall: (fromMs, toMs) => say({ stall: toMs - fromMs }),
    onError: (line) => say({ error: line }),
  },
  signal,
);
say({ ready: run.rows.length });
process.stdin.once("data", () => {
  void run.stop(signal).then(() => process.exit(0));
});
