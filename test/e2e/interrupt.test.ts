// Ending a run early: by signals and by `firedrill stop`. Undo is never skipped.
import { expect, test } from "vitest";
import { type Cli, eventsOfType, tempCli } from "./support/cli.ts";

const HOLDING = `apiVersion: firedrill.dev/v1
kind: Playbook
metadata: { name: holding, title: A long hold }
spec:
  probes: { writes: { type: etcd-write, every: 50ms, deadline: 500ms } }
  baseline: 500ms
  method:
    - { name: Keep a follower down, drill: etcd-member-crash, with: { member: follower }, hold: 120s }
  after: { recoveredFor: 1s, soak: 1s }
`;

async function holding(cli: Cli): Promise<ReturnType<Cli["start"]>> {
  const started = cli.start(["run", cli.file("holding.yaml", HOLDING)]);
  await cli.untilEvent(({ type }) => type === "hold");
  return started;
}

test("Ctrl-C twice: undone all the same, and the second one is answered; exit 130", async () => {
  await using cli = tempCli();
  const started = await holding(cli);
  started.child.kill("SIGINT");
  await cli.untilEvent((event) => event.type === "aborted");
  started.child.kill("SIGINT");
  const ended = await started.ended;
  expect(ended.code, ended.stdout + ended.stderr).toBe(130);
  expect(ended.stderr).toContain("a second signal does not skip that");
  const record = cli.record();
  expect(record.outcome).toBe("aborted");
  expect(record.aborted?.by).toBe("signal");
  expect(record.steps[0]?.undo?.verified).toBe(true);
  expect(record.residue).toEqual([]);
});

test("firedrill stop ends a run from another process, with its reason in the report; exit 130", async () => {
  await using cli = tempCli();
  const started = await holding(cli);
  const stop = await cli.run(["stop", "--reason", "customers call", "--wait"]);
  expect(stop.code, stop.stderr).toBe(0);
  const ended = await started.ended;
  expect(ended.code, ended.stdout + ended.stderr).toBe(130);
  expect(cli.record().aborted?.reason).toContain("customers call");
  const [aborted] = eventsOfType(cli.newestRun(), "aborted");
  expect(aborted?.data.by).toBe("stop");
});

test("two runs at once on one target: the second is refused and named in the ledger, the first is not disturbed", async () => {
  await using cli = tempCli();
  expect((await cli.run(["up", "--name", "lab"])).code).toBe(0);
  const file = cli.file("holding.yaml", HOLDING);
  const first = cli.start(["run", "--target", "local:lab", file]);
  await cli.untilEvent(({ type }) => type === "hold");
  const second = await cli.run(["run", "--target", "local:lab", file]);
  expect(second.code, second.stdout + second.stderr).toBe(5);
  expect(second.stdout).toContain("is using this cluster");
  expect((await cli.run(["down", "lab"])).code).toBe(5);
  await cli.run(["stop", "--wait"]);
  expect((await first.ended).code).toBe(130);
  expect((await cli.run(["status"])).code).toBe(0);
});
