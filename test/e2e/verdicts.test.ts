// What a drill may not do: pass without having happened, or pass with a promise broken.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root, tempCli } from "./support/cli.ts";

const leaderCrash = (): string => readFileSync(join(root, "playbooks", "leader-crash.yaml"), "utf8");

test("the same playbook with the crash replaced by a no-op is inconclusive, exit 3", async () => {
  await using cli = tempCli();
  const text = leaderCrash()
    .replace(/drill: etcd-member-crash\n(\s+)with:.*\n/, 'drill: command\n$1with: { argv: ["true"], undo: ["true"] }\n')
    .replace(/default: 6s/, "default: 2s");
  expect(text).toContain("drill: command");
  const ended = await cli.run(["run", cli.file("noop.yaml", text)]);
  expect(ended.code, ended.stdout + ended.stderr).toBe(3);
  const record = cli.record();
  expect(record.outcome).toBe("inconclusive");
  expect(record.steps[0]?.effect?.proved).toBe(false);
  expect(record.objectives.every(({ verdict }) => verdict !== "missed")).toBe(true);
});

test("quorum loss without an undo step and an RTO of 1 s is failed, exit 1, and still put back", async () => {
  await using cli = tempCli();
  const file = cli.file(
    "quorum.yaml",
    `apiVersion: firedrill.dev/v1
kind: Playbook
metadata: { name: quorum-too-slow, title: Quorum lost for longer than promised }
spec:
  objectives:
    - { id: writes-back, rto: 1s, of: serviceRestored, probes: [writes], source: "test" }
  probes:
    writes: { type: etcd-write, every: 20ms, deadline: 1s }
  guards: { allowQuorumLoss: true, maxUnavailableMembers: 2 }
  baseline: 1s
  method:
    - { name: Lose quorum, drill: etcd-quorum-loss, hold: 4s }
  after: { recoveredFor: 2s, soak: 1s, expect: [etcd-healthy] }
`,
  );
  const ended = await cli.run(["run", file]);
  expect(ended.code, ended.stdout + ended.stderr).toBe(1);
  const record = cli.record();
  expect(record.outcome).toBe("failed");
  expect(record.objectives[0]?.verdict).toBe("missed");
  // At least as long as it was held.
  expect(record.objectives[0]?.measuredValue).toBeGreaterThan(4000);
  expect(record.steps[0]?.undo?.verified).toBe(true);
  expect(record.leftBroken).toBe(false);
});

test("losing quorum is refused unless the playbook says so, exit 5, nothing touched", async () => {
  await using cli = tempCli();
  const file = cli.file(
    "refused.yaml",
    `apiVersion: firedrill.dev/v1
kind: Playbook
metadata: { name: refused, title: Not allowed }
spec:
  method:
    - { name: Lose quorum, drill: etcd-quorum-loss, hold: 1s }
`,
  );
  const ended = await cli.run(["run", file]);
  expect(ended.code, ended.stdout + ended.stderr).toBe(5);
  expect(ended.stdout).toContain("allowQuorumLoss");
  const record = cli.record();
  expect(record.outcome).toBe("refused");
  expect(record.steps.flatMap(({ acts }) => acts)).toEqual([]);
});

test("a stop condition ends the run and undoes, exit 5", async () => {
  await using cli = tempCli();
  const file = cli.file(
    "stopwhen.yaml",
    `apiVersion: firedrill.dev/v1
kind: Playbook
metadata: { name: stop-when, title: Too long without writes }
spec:
  probes: { writes: { type: etcd-write, every: 50ms, deadline: 500ms } }
  guards: { allowQuorumLoss: true, maxUnavailableMembers: 2, stopWhen: [{ probe: writes, downFor: 2s }] }
  baseline: 1s
  method:
    - { name: Lose quorum, drill: etcd-quorum-loss, hold: 60s }
  after: { recoveredFor: 1s, soak: 1s }
`,
  );
  const ended = await cli.run(["run", file]);
  expect(ended.code, ended.stdout + ended.stderr).toBe(5);
  const record = cli.record();
  expect(record.outcome).toBe("aborted");
  expect(record.steps[0]?.undo?.verified).toBe(true);
  expect(record.durationMs).toBeLessThan(60_000);
});
