// The first promise of all: the measured recovery agrees with somebody who measured it without us.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventsOfType, root, tempCli } from "./support/cli.ts";
import { longestGap, type ProberTarget, startProber } from "./support/prober.ts";

test("leader-crash passes, and serviceRestored lies within one probe interval of an independent 20 ms prober", async () => {
  await using cli = tempCli();
  const up = await cli.run(["up", "--name", "lab", "--json"]);
  expect(up.code, up.stderr).toBe(0);
  const target = JSON.parse(up.stdout) as ProberTarget;
  await using prober = startProber(target);
  const ended = await cli.run(["run", "--target", "local:lab", "playbooks/leader-crash.yaml"], { cwd: root });
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);

  const record = cli.record();
  expect(record.outcome).toBe("passed");
  const step = record.steps.find(({ drill }) => drill === "etcd-member-crash");
  const restored = step?.recoveries.find(({ kind }) => kind === "serviceRestored");
  expect(step?.effect?.proved).toBe(true);
  expect(restored?.neverLost).toBe(false);
  const faultAtMs = record.run.monoAnchorMs + (step?.faultAtMs ?? 0);
  const seen = longestGap(prober.acks(), faultAtMs);
  // An election takes at least one election timeout (1 s by default) less what had passed of it.
  expect(seen.toMs - seen.fromMs).toBeGreaterThan(300);
  const restoredAtMs = faultAtMs + (restored?.measured?.valueMs ?? 0);
  const relative = (ms: number): number => Math.round(ms - faultAtMs);
  const detail = `measured ${relative(restoredAtMs)} ms after the fault; the prober's gap ${relative(seen.fromMs)} to ${relative(seen.toMs)} ms, its acknowledgements around: ${prober
    .acks()
    .filter((ms) => ms > seen.fromMs - 100 && ms < seen.toMs + 100)
    .map(relative)
    .join(" ")}`;
  expect(Math.abs(restoredAtMs - seen.toMs), detail).toBeLessThanOrEqual(20);

  // What was measured can be rebuilt from the journal alone, byte for byte.
  const before = readFileSync(join(cli.newestRun(), "report.html"), "utf8");
  expect((await cli.run(["report", "render", cli.newestRun()])).code).toBe(0);
  expect(readFileSync(join(cli.newestRun(), "report.html"), "utf8")).toBe(before);
  // The ledger holds the attempt, opened and closed.
  const ledger = readFileSync(join(cli.reports, "ledger.jsonl"), "utf8").trim().split("\n");
  expect(ledger.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(["opened", "closed"]);
  // Undo came before the act.
  const [intent] = eventsOfType(cli.newestRun(), "step.intent");
  const [act] = eventsOfType(cli.newestRun(), "act");
  expect(intent?.seq).toBeLessThan(act?.seq ?? 0);
  expect(intent?.data.undo).toEqual(expect.arrayContaining([expect.objectContaining({ op: "member.start" })]));
  expect((await cli.run(["status"])).code).toBe(0);
});
