// An etcd cluster in memory: processes, data folders, member list, keys, links. Just enough raft to tell who leads and what a
// restart, a restore or a replacement leaves; no timing, no concurrency.
import { createHash } from "node:crypto";

export interface FakeData {
  clusterId: string;
  memberId: string;
  /** Member list as this member knows it. */
  list: Map<string, { id: string; learner: boolean }>;
  kv: Map<string, string>;
  revision: number;
  compactRevision: number;
  /** Values changed behind etcd's back, by key. */
  flipped: Map<string, string>;
}

export interface FakeMember {
  readonly name: string;
  running: boolean;
  paused: boolean;
  pid: number;
  data: FakeData | null;
  readonly asides: Map<string, FakeData>;
}

export interface FakeLink {
  readonly from: string;
  readonly to: string;
  cut: boolean;
  delayMs: number;
  jitterMs: number;
  rateBytes: number;
  blocked: number;
  carriedBytes: number;
}

export interface FakeCluster {
  readonly members: Map<string, FakeMember>;
  readonly links: FakeLink[];
  readonly alarms: Map<string, Set<string>>;
  readonly files: Map<string, FakeData>;
  /** What `command.run` switches: ["set", x], ["unset", x], ["has", x]. */
  readonly switches: Set<string>;
  leader: string | null;
  term: number;
  nextId: number;
}

/** A healthy cluster of `count` members, m1 leading, with a few keys. */
export function fakeCluster(count: number): FakeCluster {
  const names = Array.from({ length: count }, (_, index) => `m${index + 1}`);
  const list = new Map(names.map((name) => [name, { id: `${name}-old`, learner: false }]));
  const kv = new Map([
    ["/app/a", "1"],
    ["/app/b", "2"],
  ]);
  const members = names.map((name, index): [string, FakeMember] => [
    name,
    {
      name,
      running: true,
      paused: false,
      pid: 100 + index,
      data: cloneData({ clusterId: "c-old", memberId: `${name}-old`, list, kv, revision: 7, compactRevision: 0, flipped: new Map() }),
      asides: new Map(),
    },
  ]);
  const links = names.flatMap((from) =>
    names
      .filter((to) => to !== from)
      .map((to): FakeLink => ({ from, to, cut: false, delayMs: 0, jitterMs: 0, rateBytes: 0, blocked: 0, carriedBytes: 1000 })),
  );
  return {
    members: new Map(members),
    links,
    alarms: new Map(),
    files: new Map(),
    switches: new Set(),
    leader: names[0] ?? null,
    term: 2,
    nextId: 1000,
  };
}

export function cloneData(data: FakeData): FakeData {
  return {
    ...data,
    list: new Map([...data.list].map(([name, entry]) => [name, { ...entry }])),
    kv: new Map(data.kv),
    flipped: new Map(data.flipped),
  };
}

export function member(cluster: FakeCluster, name: string): FakeMember {
  const found = cluster.members.get(name);
  if (found === undefined) throw new Error(`the fake has no member "${name}"`);
  return found;
}

/** Elects whoever can reach a quorum of its own list (the old leader if it still can), and lets its followers catch up. */
export function settle(cluster: FakeCluster): void {
  const able = [...cluster.members.values()].filter((candidate) => reaches(cluster, candidate) >= quorum(candidate));
  const best =
    able.find(({ name }) => name === cluster.leader) ?? able.toSorted((a, b) => (b.data?.revision ?? 0) - (a.data?.revision ?? 0))[0];
  if (best !== undefined && best.name !== cluster.leader) cluster.term += 1;
  cluster.leader = best?.name ?? null;
  if (best?.data == null) return;
  for (const follower of followers(cluster)) {
    if (follower === best || follower.data === null) continue;
    const { flipped, memberId } = follower.data;
    follower.data = {
      ...cloneData(best.data),
      memberId,
      flipped: new Map([...flipped].filter(([key]) => best.data?.kv.has(key) === true)),
    };
  }
}

/** Members, the leader included, that the leader reaches and that belong to its cluster. */
export function followers(cluster: FakeCluster): readonly FakeMember[] {
  const leader = cluster.leader === null ? undefined : cluster.members.get(cluster.leader);
  if (leader === undefined) return [];
  return [...cluster.members.values()].filter((other) => connected(cluster, leader, other));
}

function quorum(candidate: FakeMember): number {
  const voters = [...(candidate.data?.list.values() ?? [])].filter((entry) => !entry.learner).length;
  return Math.floor(voters / 2) + 1;
}

function reaches(cluster: FakeCluster, candidate: FakeMember): number {
  if (candidate.data?.list.get(candidate.name)?.learner !== false) return 0;
  const list = candidate.data.list;
  return [...cluster.members.values()].filter((other) => list.get(other.name)?.learner === false && connected(cluster, candidate, other))
    .length;
}

function connected(cluster: FakeCluster, a: FakeMember, b: FakeMember): boolean {
  if (!a.running || a.paused || !b.running || b.paused || a.data === null || b.data === null) return false;
  if (a.data.clusterId !== b.data.clusterId || a.data.list.get(b.name)?.id !== b.data.memberId) return false;
  return (
    a === b ||
    !cluster.links.some(
      (link) => link.cut && ((link.from === a.name && link.to === b.name) || (link.from === b.name && link.to === a.name)),
    )
  );
}

/** The data of the leader; throws as etcd would without one. */
export function leaderData(cluster: FakeCluster): FakeData {
  const data = cluster.leader === null ? null : (cluster.members.get(cluster.leader)?.data ?? null);
  if (data === null) throw new Error("etcdserver: no leader");
  return data;
}

/** Sorts pairs by their first part. */
export function byKey(a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number {
  return a[0] < b[0] ? -1 : 1;
}

/** Equal for equal key spaces. */
export function hashOf(data: FakeData): string {
  const pairs = [...data.kv].map(([key, value]) => [key, data.flipped.get(key) ?? value] as const).toSorted(byKey);
  return createHash("sha256").update(JSON.stringify(pairs)).digest("hex").slice(0, 8);
}

/**
 * What an undo must restore exactly. Left out is what only moves forward or may be anybody's: revision, compaction, term, leader, pid.
 * `ids`: whether member ids count; a replaced member has a new one.
 */
export function essence(cluster: FakeCluster, options: { readonly ids: boolean }): unknown {
  const id = (value: string): string => (options.ids ? value : "id");
  const data = (one: FakeData | null): unknown =>
    one === null
      ? null
      : {
          clusterId: one.clusterId,
          memberId: id(one.memberId),
          list: [...one.list].map(([name, entry]) => [name, id(entry.id), entry.learner] as const).toSorted(byKey),
          kv: [...one.kv].toSorted(byKey),
          flipped: [...one.flipped].toSorted(byKey),
        };
  return {
    members: [...cluster.members.values()].map((one) => ({
      name: one.name,
      running: one.running,
      paused: one.paused,
      data: data(one.data),
      asides: [...one.asides.keys()].toSorted(),
    })),
    links: cluster.links.map(({ from, to, cut, delayMs, jitterMs, rateBytes }) => ({ from, to, cut, delayMs, jitterMs, rateBytes })),
    alarms: [...cluster.alarms].map(([name, raised]) => [name, [...raised].toSorted()]).filter(([, raised]) => raised?.length !== 0),
    files: [...cluster.files.keys()].toSorted(),
    switches: [...cluster.switches].toSorted(),
  };
}
