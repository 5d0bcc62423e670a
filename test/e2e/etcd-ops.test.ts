import { access, rename, rm } from "node:fs/promises";
import { expect, it } from "vitest";
import type { Op } from "../../src/core/op.ts";
import { connectEtcd, type EtcdClients } from "../../src/targets/shared/etcd-client.ts";
import { type EtcdOp, type EtcdOpContext, performEtcdOp } from "../../src/targets/shared/etcd-ops.ts";
import { etcdReader } from "../../src/targets/shared/etcd-reader.ts";
import { deadline } from "../../src/util/clock.ts";
import type { Json } from "../../src/util/json.ts";
import { type PlainEtcd, startPlainEtcd } from "./support/plain-etcd.ts";

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Process and data operations over plain processes: what reinstating needs, with the contracts of core/op.ts. */
function contextOf(cluster: PlainEtcd, clients: EtcdClients): EtcdOpContext {
  const perform = async (op: Op): Promise<Json> => {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- what is not here must not be asked for
    switch (op.op) {
      case "member.stop":
        await cluster.kill(op.member);
        return null;
      case "member.start":
        if (!cluster.isRunning(op.member)) cluster.start(op.member, op.joining === true ? ["--initial-cluster-state=existing"] : []);
        return null;
      case "data.setAside":
        if (await exists(cluster.dataDir(op.member))) await rename(cluster.dataDir(op.member), `${cluster.dataDir(op.member)}.${op.tag}`);
        return null;
      case "data.bringBack":
        if (!(await exists(`${cluster.dataDir(op.member)}.${op.tag}`))) return null;
        await rm(cluster.dataDir(op.member), { recursive: true, force: true });
        await rename(`${cluster.dataDir(op.member)}.${op.tag}`, cluster.dataDir(op.member));
        return null;
      case "data.discardAside":
        await rm(`${cluster.dataDir(op.member)}.${op.tag}`, { recursive: true, force: true });
        return null;
      default:
        throw new Error(`not here: ${op.op}`);
    }
  };
  return { clients, peerUrl: cluster.peerUrl, perform, look: () => Promise.reject(new Error("not here")) };
}

it("moves the leader, fills to the quota and clears up again", async () => {
  await using cluster = await startPlainEtcd(3, [`--quota-backend-bytes=${16 * 1024 ** 2}`]);
  using clients = connectEtcd(cluster.connection);
  const context = contextOf(cluster, clients);
  const reader = etcdReader(clients);
  using limit = deadline("etcd operations", 100_000);
  const run = (op: EtcdOp): Promise<Json> => performEtcdOp(op, context, limit.signal);

  expect(await run({ op: "wait.answers", members: ["m1", "m2", "m3"], withLeader: true })).toMatchObject({ leader: expect.any(String) });
  expect(await run({ op: "etcd.moveLeader", to: "m2" })).toMatchObject({ to: "m2", agreedBy: ["m1", "m2", "m3"] });
  expect(await run({ op: "etcd.moveLeader", to: "m2" })).toMatchObject({ from: "m2", to: "m2" });
  expect(await reader.quotaBytes("m1", limit.signal)).toBe(16 * 1024 ** 2);

  await expect(run({ op: "etcd.fill", prefix: "/fill/", maxBytes: 1, valueBytes: 1000 })).rejects.toThrow("no NOSPACE alarm");
  const filled = await run({ op: "etcd.fill", prefix: "/fill/", maxBytes: 64 * 1024 ** 2, valueBytes: 1024 ** 2 });
  expect(filled).toMatchObject({ alarmed: expect.arrayContaining([expect.stringMatching(/^m[123]$/)]) });
  expect(await run({ op: "etcd.fill", prefix: "/fill/", maxBytes: 64 * 1024 ** 2, valueBytes: 1024 ** 2 })).toMatchObject({ keys: 0 });
  await expect(reader.canary(limit.signal)).rejects.toThrow("database space exceeded");

  for (const _twice of [1, 2]) {
    await run({ op: "etcd.deletePrefix", prefix: "/fill/" });
    await run({ op: "etcd.compact", physical: true });
    for (const member of clients.names) await run({ op: "etcd.defrag", member });
    await run({ op: "etcd.disarm", alarm: "NOSPACE" });
  }
  expect(await clients.of("m1").alarms(2000)).toEqual([]);
  expect(await reader.count("/fill/", limit.signal)).toBe(0);
  expect(await reader.canary(limit.signal)).toBeGreaterThan(0);
});

it("replaces a member, and reinstates it from every stage a replacement can stop at", async () => {
  await using cluster = await startPlainEtcd(3);
  using clients = connectEtcd(cluster.connection);
  const context = contextOf(cluster, clients);
  using limit = deadline("member replacement", 170_000);
  const run = (op: EtcdOp): Promise<Json> => performEtcdOp(op, context, limit.signal);
  const act = (op: Op): Promise<Json> => context.perform(op, limit.signal);
  const idOf = async (name: string): Promise<string> => (await clients.of(name).status(2000)).memberId;
  const tag = "fd-test-1";
  const take = async (): Promise<string> => {
    const oldId = await idOf("m3");
    await act({ op: "member.stop", member: "m3", how: "kill" });
    await act({ op: "data.setAside", member: "m3", tag });
    return oldId;
  };
  const expectWhole = async (): Promise<void> => {
    await run({ op: "wait.answers", members: [...clients.names], withLeader: true });
    const { members } = await clients.of("m1").memberList(2000);
    expect(members.map((each) => `${each.name} ${each.learner}`).toSorted()).toEqual(["m1 false", "m2 false", "m3 false"]);
    expect(await exists(`${cluster.dataDir("m3")}.${tag}`)).toBe(false);
  };
  await run({ op: "wait.answers", members: [...clients.names], withLeader: true });

  let oldId = await take();
  expect(await run({ op: "etcd.reinstate", member: "m3", oldId, tag })).toMatchObject({ id: oldId, way: "old data" });
  await expectWhole();
  expect(await run({ op: "etcd.reinstate", member: "m3", oldId, tag })).toMatchObject({ way: "already running" });

  oldId = await take();
  await run({ op: "etcd.memberRemove", member: "m3" });
  expect(await run({ op: "etcd.memberRemove", member: "m3" })).toMatchObject({ removedId: null });
  expect(await run({ op: "etcd.reinstate", member: "m3", oldId, tag })).toMatchObject({ way: "joined anew" });
  await expectWhole();
  expect(await idOf("m3")).not.toBe(oldId);

  oldId = await take();
  await run({ op: "etcd.memberRemove", member: "m3" });
  await run({ op: "etcd.memberAdd", member: "m3", learner: true });
  expect(await run({ op: "etcd.memberAdd", member: "m3", learner: true })).toMatchObject({ added: false });
  // Within one second etcd would give the id that was just removed once more, and refuses.
  await run({ op: "etcd.memberRemove", member: "m3" });
  expect(await run({ op: "etcd.memberAdd", member: "m3", learner: true })).toMatchObject({ added: true });
  expect(await run({ op: "etcd.reinstate", member: "m3", oldId, tag })).toMatchObject({ way: "joined anew" });
  await expectWhole();

  oldId = await take();
  await run({ op: "etcd.memberRemove", member: "m3" });
  await run({ op: "etcd.memberAdd", member: "m3", learner: true });
  await act({ op: "member.start", member: "m3", joining: true });
  await run({ op: "wait.answers", members: ["m3"], withLeader: false });
  await run({ op: "etcd.memberPromote", member: "m3" });
  await run({ op: "etcd.memberPromote", member: "m3" });
  await cluster.kill("m3");
  expect(await run({ op: "etcd.reinstate", member: "m3", oldId, tag })).toMatchObject({ way: "new id, own data" });
  await expectWhole();
});
