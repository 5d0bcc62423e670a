import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SHOT, WRITE } from "../../src/core/probe.ts";
import { classifyEtcdError, connectEtcd, type EtcdClients } from "../../src/targets/shared/etcd-client.ts";
import { metricValue } from "../../src/targets/shared/etcd-metrics.ts";
import { deadline } from "../../src/util/clock.ts";
import { poll } from "../../src/util/poll.ts";
import { type PlainEtcd, startPlainEtcd } from "./support/plain-etcd.ts";

const CALL_MS = 3000;

let cluster: PlainEtcd;
let clients: EtcdClients;

beforeAll(async () => {
  cluster = await startPlainEtcd(3);
  clients = connectEtcd(cluster.connection);
});
afterAll(async () => {
  clients[Symbol.dispose]();
  await cluster[Symbol.asyncDispose]();
});

async function leaderName(): Promise<string> {
  using limit = deadline("electing a leader", 15_000);
  return poll(
    async () => {
      for (const name of clients.names) {
        const status = await clients
          .of(name)
          .status(500)
          .catch(() => null);
        if (status === null || status.leaderId !== status.memberId) continue;
        return name;
      }
      return undefined;
    },
    { everyMs: 50, signal: limit.signal },
  );
}

describe("the etcd client against three real members", () => {
  it("reads what another member wrote, with revisions", async () => {
    const { revision } = await clients.of("m1").put("/t/a", "one", CALL_MS);
    expect(await clients.of("m2").get("/t/a", { serializable: false }, CALL_MS)).toMatchObject({ value: "one", modRevision: revision });
    expect(await clients.of("m2").get("/t/none", { serializable: false }, CALL_MS)).toBeNull();
  });

  it("pages through a prefix at one revision and deletes it", async () => {
    const m1 = clients.of("m1");
    for (let i = 0; i < 7; i++) await m1.put(`/page/${i}`, `${i}`, CALL_MS);
    const first = await m1.rangePage("/page/", { limit: 5, revision: 0 }, CALL_MS);
    expect(first.kvs.map((each) => each.key)).toEqual([0, 1, 2, 3, 4].map((i) => `/page/${i}`));
    await m1.put("/page/9", "later", CALL_MS);
    const rest = await m1.rangePage("/page/", { fromKey: first.nextKey ?? new Uint8Array(), limit: 5, revision: first.revision }, CALL_MS);
    expect(rest.kvs.map((each) => each.value)).toEqual(["5", "6"]);
    expect(rest.nextKey).toBeNull();
    expect((await m1.count("/page/", CALL_MS)).count).toBe(8);
    expect(await m1.deletePrefix("/page/", CALL_MS)).toEqual({ deleted: 8 });
  });

  it("sees members, one leader, equal hashes, metrics, and no alarms", async () => {
    const statuses = await Promise.all(clients.names.map((name) => clients.of(name).status(CALL_MS)));
    expect(new Set(statuses.map((status) => status.leaderId)).size).toBe(1);
    expect(statuses.every((status) => /^[0-9a-f]+$/.test(status.memberId) && !status.learner && status.raftAppliedIndex !== null)).toBe(
      true,
    );
    const list = await clients.of("m3").memberList(CALL_MS);
    expect(list.clusterId).toBe(statuses[0]?.clusterId);
    expect(list.members.map((member) => member.name).toSorted()).toEqual(["m1", "m2", "m3"]);
    const { revision } = await clients.of("m1").put("/t/hash", "x", CALL_MS);
    for (const name of clients.names) await clients.of(name).get("/t/hash", { serializable: false }, CALL_MS);
    const hashes = await Promise.all(clients.names.map((name) => clients.of(name).hashKV(revision, CALL_MS)));
    expect(new Set(hashes.map((each) => `${each.hash} ${each.compactRevision}`)).size).toBe(1);
    expect(await clients.of("m1").alarms(CALL_MS)).toEqual([]);
    expect(metricValue(await clients.of("m1").metrics(CALL_MS), "etcd_server_has_leader")).toBe(1);
  });

  it("watches from a past revision and on", async () => {
    const { revision } = await clients.of("m1").put("/w/a", "1", CALL_MS);
    const seen: string[] = [];
    using limit = deadline("watch events", 10_000);
    using _watch = clients.of("m2").watch("/w/", {
      fromRevision: revision,
      onEvent: (event) => seen.push(`${event.type} ${event.key}=${event.value}`),
      onError: (error) => seen.push(error.message),
    });
    await clients.of("m3").put("/w/b", "2", CALL_MS);
    await clients.of("m3").deletePrefix("/w/a", CALL_MS);
    await poll(async () => (seen.length >= 3 ? true : undefined), { everyMs: 20, signal: limit.signal });
    expect(seen).toEqual(["put /w/a=1", "put /w/b=2", "delete /w/a="]);
  });

  it("streams a snapshot whose trailer is its SHA-256", async () => {
    const dir = await mkdtemp(join(tmpdir(), "firedrill-test-snap-"));
    try {
      const file = join(dir, "a.db");
      using limit = deadline("snapshot", 20_000);
      const { sizeBytes } = await clients.of("m1").snapshot(file, limit.signal);
      const bytes = await readFile(file);
      expect(bytes.length).toBe(sizeBytes);
      expect(createHash("sha256").update(bytes.subarray(0, -32)).digest("hex")).toBe(bytes.subarray(-32).toString("hex"));
      await expect(clients.of("m1").snapshot(join(dir, "absent", "a.db"), limit.signal)).rejects.toThrow("ENOENT");
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  it("moves the leader only at the leader's own endpoint, compacts and defragments", async () => {
    const leader = await leaderName();
    const other = clients.names.find((name) => name !== leader) ?? "";
    const { memberId } = await clients.of(other).status(CALL_MS);
    await expect(clients.of(other).moveLeader(memberId, CALL_MS)).rejects.toThrow("not leader");
    await clients.of(leader).moveLeader(memberId, CALL_MS);
    expect(await leaderName()).toBe(other);
    const { revision } = await clients.of(other).put("/t/compact", "x", CALL_MS);
    await clients.of(other).compact(revision, true, CALL_MS);
    await clients.of(other).defragment(CALL_MS);
    await expect(clients.of(other).hashKV(1, CALL_MS)).rejects.toThrow("compacted");
  });

  it("tells a refused connection from a time-out, and is back at once after a restart", async () => {
    const leader = await leaderName();
    const victim = clients.names.find((name) => name !== leader) ?? "";
    await clients.of(victim).status(CALL_MS);
    cluster.signal(victim, "SIGSTOP");
    const slow = classifyEtcdError(
      await clients
        .of(victim)
        .put("/t/x", "x", 300)
        .catch((error: unknown) => error),
    );
    cluster.signal(victim, "SIGCONT");
    expect(slow).toMatchObject({ shot: SHOT.deadline, write: WRITE.indeterminate });

    await cluster.kill(victim);
    using limit = deadline("restart", 20_000);
    const refused = await poll(
      async () => {
        const error: unknown = await clients
          .of(victim)
          .put("/t/x", "x", 300)
          .catch((caught: unknown) => caught);
        const seen = classifyEtcdError(error);
        return seen.write === WRITE.failed ? seen : undefined;
      },
      { everyMs: 20, signal: limit.signal },
    );
    expect(refused.shot).toBe(SHOT.refused);
    expect(refused.line).toContain("ECONNREFUSED");

    cluster.start(victim);
    const back = await poll(
      async () =>
        clients
          .of(victim)
          .put("/t/x", "again", 300)
          .catch(() => undefined),
      {
        everyMs: 20,
        signal: limit.signal,
      },
    );
    expect(back.revision).toBeGreaterThan(0);
  });

  it("answers without quorum what needs none, and says no leader", async () => {
    const leader = await leaderName();
    const [lone = "", ...rest] = clients.names.filter((name) => name !== leader).concat(leader);
    for (const name of rest) await cluster.kill(name);
    using limit = deadline("losing the leader", 20_000);
    const status = await poll(
      async () => {
        const seen = await clients.of(lone).status(1000);
        return seen.leaderId === null ? seen : undefined;
      },
      { everyMs: 50, signal: limit.signal },
    );
    expect(status.errors).toContain("etcdserver: no leader");
    expect((await clients.of(lone).memberList(1000)).members).toHaveLength(3);
    await clients.of(lone).get("/t/a", { serializable: true }, 1000);
    const lost = classifyEtcdError(
      await clients
        .of(lone)
        .put("/t/lost", "x", 500)
        .catch((error: unknown) => error),
    );
    expect(lost).toMatchObject({ shot: SHOT.deadline, write: WRITE.indeterminate });
    const ended = new Promise<string>((resolve) => {
      const watch = clients.of(lone).watch("/w/", { onEvent: () => undefined, onError: (error) => resolve(error.details) });
      limit.signal.addEventListener("abort", () => watch[Symbol.dispose]());
    });
    expect(await ended).toContain("no leader");
    for (const name of rest) cluster.start(name);
    await leaderName();
  });
});
