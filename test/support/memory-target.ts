// A Target in memory, for contract tests: it holds enough state to tell whether an undo restored it.
import type { LookContext } from "../../src/core/drill.ts";
import type { Op } from "../../src/core/op.ts";
import { CAPABILITIES, type Capability, type DeadMan, type EtcdReader, type Target } from "../../src/core/target.ts";
import type { ClusterView, LinkView, MemberView } from "../../src/core/view.ts";
import type { Json } from "../../src/util/json.ts";
import { seeded } from "../../src/util/random.ts";
import { byKey, type FakeCluster, type FakeMember, fakeCluster, followers, hashOf, leaderData, member, settle } from "./fake-cluster.ts";
import { performFake } from "./fake-ops.ts";

export interface MemoryTarget extends Target {
  readonly cluster: FakeCluster;
  /** Everything performed so far, in order. */
  readonly performed: readonly Op[];
}

export interface MemoryOptions {
  readonly members?: number;
  readonly quotaBytes?: number | null;
}

/** A healthy in-memory target of three members. */
export function memoryTarget(options: MemoryOptions = {}): MemoryTarget {
  const cluster = fakeCluster(options.members ?? 3);
  const performed: Op[] = [];
  const deadMen = new Map<string, DeadMan>();
  return {
    type: "memory",
    name: "memory",
    disposable: true,
    fingerprint: "f".repeat(64),
    capabilities: new Set(Object.keys(CAPABILITIES) as Capability[]),
    cluster,
    performed,
    facts: async () => ({ versions: { etcd: "3.6.16" }, constants: {}, limits: [], sources: {} }),
    look: async () => {
      settle(cluster);
      return viewOf(cluster);
    },
    etcd: reader(cluster, options.quotaBytes === undefined ? 16 * 1024 ** 2 : options.quotaBytes),
    connection: () => ({ members: [], tls: null }),
    perform: async (op, signal): Promise<Json> => {
      signal.throwIfAborted();
      performed.push(op);
      return performFake(cluster, op);
    },
    describe: (op) => JSON.stringify(op),
    armDeadMan: async (deadMan) => void deadMen.set(deadMan.id, deadMan),
    disarmDeadMan: async (id) => deadMen.delete(id),
    deadMen: async () => [...deadMen.values()].map((deadMan) => ({ ...deadMan, state: "armed", detail: "" })),
    residue: async () => [],
    snapshotDir: "/memory/snapshots",
    throwAway: true,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** What a drill looks with, on such a target. */
export function lookAt(target: Target, outputs: Readonly<Record<string, Json>> = {}, seed = 1): LookContext {
  return {
    target,
    signal: new AbortController().signal,
    random: seeded(seed),
    runId: "20261121t060000-ab12",
    tag: "fd-ab12-1",
    output: (step) => (Object.hasOwn(outputs, step) ? outputs[step] : undefined),
  };
}

function viewOf(cluster: FakeCluster): ClusterView {
  const led = new Set(followers(cluster).map((one) => one.name));
  const members = [...cluster.members.values()].map((one) => memberView(cluster, one, led.has(one.name)));
  const up = [...cluster.members.values()].find((one) => one.running && !one.paused);
  return { clusterId: up?.data?.clusterId ?? null, leader: cluster.leader, members, links: cluster.links.map(linkView) };
}

function memberView(cluster: FakeCluster, one: FakeMember, led: boolean): MemberView {
  const list = (cluster.leader === null ? one.data : member(cluster, cluster.leader).data)?.list;
  const entry = list?.get(one.name);
  const answers = one.running && !one.paused;
  return {
    name: one.name,
    id: entry?.id ?? null,
    clientUrl: "",
    peerUrl: "",
    running: one.running,
    paused: one.paused,
    pid: one.running ? one.pid : null,
    startTime: one.running ? String(one.pid * 10) : null,
    answers,
    learner: entry?.learner ?? false,
    believesLeader: answers && led ? cluster.leader : null,
    term: answers ? cluster.term : null,
    raftIndex: answers ? 1 : null,
    revision: answers ? (one.data?.revision ?? null) : null,
    dbSizeBytes: answers ? 1000 : null,
    version: answers ? "3.6.16" : null,
    alarms: [...(cluster.alarms.get(one.name) ?? [])],
  };
}

function linkView(link: FakeCluster["links"][number]): LinkView {
  return { ...link, heldMs: link.cut ? null : link.delayMs };
}

function reader(cluster: FakeCluster, quotaBytes: number | null): EtcdReader {
  return {
    hashKV: async (name, revision) => {
      const one = member(cluster, name);
      if (!one.running || one.paused || one.data === null) throw new Error(`${name} does not answer`);
      if (revision > one.data.revision) throw new Error("required revision is a future revision");
      return { hash: hashOf(one.data), revision: one.data.revision, compactRevision: one.data.compactRevision };
    },
    get: async (key) => {
      const value = leaderData(cluster).kv.get(key);
      return value === undefined ? null : { value, modRevision: 1 };
    },
    range: async (prefix) => {
      const { kv, revision } = leaderData(cluster);
      const kvs = [...kv].filter(([key]) => key.startsWith(prefix)).toSorted(byKey);
      return { revision, kvs: kvs.map(([key, value]) => ({ key, value, modRevision: 1 })) };
    },
    revision: async () => leaderData(cluster).revision,
    count: async (prefix) => [...leaderData(cluster).kv.keys()].filter((key) => key.startsWith(prefix)).length,
    canary: async () => {
      leaderData(cluster);
      if ([...cluster.alarms.values()].some((raised) => raised.size > 0)) throw new Error("mvcc: database space exceeded");
      return 2;
    },
    quotaBytes: async () => quotaBytes,
  };
}
