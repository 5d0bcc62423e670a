// RPO by counting: what was acknowledged after the snapshot is lost, exactly that, and a restore that nobody is told of is caught.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { WRITE } from "../../src/core/probe.ts";
import { eventsOfType, root, tempCli } from "./support/cli.ts";

const playbook = (): string => readFileSync(join(root, "playbooks", "total-loss-restore.yaml"), "utf8");

test("total-loss-restore reports exactly the acknowledged writes after the snapshot as lost", async () => {
  await using cli = tempCli();
  const ended = await cli.run(["run", "playbooks/total-loss-restore.yaml"]);
  const record = cli.record();
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  const dir = cli.newestRun();
  const saved = eventsOfType(dir, "act").find(({ data }) => data.op.op === "snapshot.verify" && data.ok);
  const snapshotRevision = (saved?.data.evidence as { revision: number } | undefined)?.revision ?? 0;
  expect(snapshotRevision).toBeGreaterThan(1);
  const destroyedAtMs = record.steps.find(({ drill }) => drill === "etcd-snapshot-restore")?.faultAtMs ?? 0;
  const acked = eventsOfType(dir, "sentinel").flatMap(({ data }) => data.writes.filter(([, code]) => code === WRITE.acked));
  // Acknowledged before the destruction was done, with a revision the snapshot does not have.
  const lost = acked.filter(([, , revision]) => revision > snapshotRevision && revision < 1_000_000_000);
  expect(lost.length).toBeGreaterThan(0);
  expect(lost.every(([, , , sentMs]) => sentMs < destroyedAtMs + 5000)).toBe(true);
  expect(record.data?.complete).toBe(true);
  expect(record.data?.lost).toBe(lost.length);
  expect(record.data?.lostExamples).toEqual(lost.map(([seq]) => seq).slice(0, record.data?.lostExamples.length));
  expect(record.data?.wentBackwards).toBe(false);
  expect(record.steps.find(({ drill }) => drill === "etcd-snapshot-restore")?.effect?.proved).toBe(true);
});

test("a restore without a revision bump is caught by the revision check", async () => {
  await using cli = tempCli();
  const text = playbook()
    .replace(/(drill: etcd-snapshot-restore\n\s+with: \{)/, "$1 bumpRevision: 0, markCompacted: false,")
    .replace(/\n  after:\n/, "\n  after:\n    recoverWithin: 15s\n");
  expect(text).toContain("bumpRevision: 0");
  expect(text).toContain("recoverWithin: 15s");
  const ended = await cli.run(["run", cli.file("no-bump.yaml", text)]);
  expect(ended.code, ended.stdout + ended.stderr).toBe(1);
  const record = cli.record();
  expect(record.outcome).toBe("failed");
  expect(record.data?.wentBackwards).toBe(true);
  expect(record.reasons.join(" ")).toMatch(/revision/i);
});
