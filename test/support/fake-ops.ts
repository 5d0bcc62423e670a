// What each operation does to the fake cluster: as idempotent as the real ones have to be, and as strict about order.
import { FiredrillError } from "../../src/core/errors.ts";
import type { Op } from "../../src/core/op.ts";
import { sha256 } from "../../src/util/digest.ts";
import type { Json } from "../../src/util/json.ts";
import { cloneData, type FakeCluster, type FakeData, followers, leaderData, member, settle } from "./fake-cluster.ts";

/** Carries an operation out on the fake. */
export function performFake(cluster: FakeCluster, op: Op): Json {
  const evidence = act(cluster, op);
  settle(cluster);
  return evidence;
}

function act(cluster: FakeCluster, op: Op): Json {
  switch (op.op) {
    case "member.stop": {
      const one = member(cluster, op.member);
      Object.assign(one, { running: false, paused: false });
      return { stopped: op.member };
    }
    case "member.start":
      return start(cluster, op);
    case "member.pause":
    case "member.resume": {
      const one = member(cluster, op.member);
      if (!one.running && op.op === "member.pause") throw new Error(`${op.member} is not running`);
      one.paused = op.op === "member.pause";
      return {};
    }
    case "links.set":
      for (const wanted of op.links) {
        const link = cluster.links.find(({ from, to }) => from === wanted.from && to === wanted.to);
        if (link === undefined) throw new Error(`no link ${wanted.from}>${wanted.to}`);
        if (wanted.cut) link.blocked += 5;
        Object.assign(link, wanted);
      }
      return { links: op.links.length };
    case "data.setAside":
    case "data.copyAside":
    case "data.bringBack":
    case "data.discardAside":
    case "data.flip":
    case "data.restore":
      return dataOp(cluster, op);
    case "snapshot.save": {
      cluster.files.set(op.file, cloneData(stored(cluster, op.member)));
      return { file: op.file };
    }
    case "snapshot.verify": {
      const saved = cluster.files.get(op.file);
      if (saved === undefined) throw new FiredrillError("SNAPSHOT_INVALID", `no file "${op.file}"`);
      const steps = ["trailer", "status", "restore", "keys", "sentinel"].map((name) => ({ name, ok: true, detail: "" }));
      return {
        file: op.file,
        sizeBytes: 1,
        sha256: sha256(op.file),
        revision: saved.revision,
        keys: saved.kv.size,
        steps,
        sentinelHighest: null,
      };
    }
    case "snapshot.remove":
      return { removed: cluster.files.delete(op.file) };
    case "wait.answers": {
      const silent = op.members.filter((name) => !member(cluster, name).running || member(cluster, name).paused);
      if (silent.length > 0) throw new FiredrillError("TIMED_OUT", `${silent.join(", ")} do not answer`);
      const astray = op.members.filter((name) => !followers(cluster).some((follower) => follower.name === name));
      if (op.withLeader && astray.length > 0) throw new FiredrillError("TIMED_OUT", `${astray.join(", ")} have no leader`);
      return { members: op.members };
    }
    case "command.run": {
      const [verb = "", name = ""] = op.argv;
      if (verb === "set") cluster.switches.add(name);
      if (verb === "unset") cluster.switches.delete(name);
      if (verb === "has" && !cluster.switches.has(name)) throw new FiredrillError("TOOL_FAILED", `"has ${name}" ended with exit code 1`);
      return { argv: op.argv, exitCode: 0 };
    }
    case "manual.prompt":
      return { answer: "done" };
    case "etcd.compact":
    case "etcd.defrag":
    case "etcd.deletePrefix":
    case "etcd.disarm":
    case "etcd.fill":
    case "etcd.memberAdd":
    case "etcd.memberPromote":
    case "etcd.memberRemove":
    case "etcd.moveLeader":
    case "etcd.put":
    case "etcd.reinstate":
      return etcdOp(cluster, op);
  }
}

function start(cluster: FakeCluster, op: Extract<Op, { op: "member.start" }>): Json {
  const one = member(cluster, op.member);
  if (one.running) return { already: true };
  if (one.data === null) {
    const leader = leaderData(cluster);
    const entry = leader.list.get(op.member);
    // Without data etcd would bootstrap a cluster of its own; only a member that was added may join.
    if (op.joining !== true || entry === undefined) throw new Error(`${op.member} has no data and was not added`);
    one.data = { ...cloneData(leader), memberId: entry.id, flipped: new Map() };
  }
  if (op.extraArgs?.includes("--force-new-cluster") === true) {
    one.data.list = new Map([[op.member, { id: one.data.memberId, learner: false }]]);
  }
  Object.assign(one, { running: true, paused: false, pid: cluster.nextId++ });
  return { started: op.member };
}

function dataOp(cluster: FakeCluster, op: Extract<Op, { op: `data.${string}` }>): Json {
  const one = member(cluster, op.member);
  if (one.running && op.op !== "data.discardAside") throw new Error(`${op.op}: ${op.member} is running`);
  switch (op.op) {
    case "data.setAside":
    case "data.copyAside":
      if (one.data === null) return { already: one.asides.has(op.tag) };
      if (one.asides.has(op.tag)) throw new Error(`${op.member} already has an aside ${op.tag}`);
      one.asides.set(op.tag, cloneData(one.data));
      if (op.op === "data.setAside") one.data = null;
      return { aside: op.tag };
    case "data.bringBack": {
      const aside = one.asides.get(op.tag);
      if (aside === undefined) return { nothing: true };
      one.asides.delete(op.tag);
      one.data = aside;
      return { back: op.tag };
    }
    case "data.discardAside":
      return { discarded: one.asides.delete(op.tag) };
    case "data.flip": {
      const data = stored(cluster, op.member);
      const hits = [...data.kv].filter(([, value]) => value.includes(op.marker));
      if (hits.length === 0) throw new Error("the marker is not in the file");
      for (const [key] of hits) data.flipped.set(key, "flipped");
      return { flipped: hits.length };
    }
    case "data.restore": {
      const saved = cluster.files.get(op.snapshot);
      if (saved === undefined) throw new FiredrillError("SNAPSHOT_INVALID", `no file "${op.snapshot}"`);
      if (one.data !== null) throw new Error("the data folder is not empty");
      const id = (name: string): string => `${name}-${op.token}`;
      one.data = {
        ...cloneData(saved),
        clusterId: `c-${op.token}`,
        memberId: id(op.member),
        list: new Map(op.members.map((name) => [name, { id: id(name), learner: false }])),
        revision: saved.revision + op.bumpRevision,
      };
      return { restored: op.member };
    }
  }
}

function etcdOp(cluster: FakeCluster, op: Extract<Op, { op: `etcd.${string}` }>): Json {
  const data = leaderData(cluster);
  switch (op.op) {
    case "etcd.moveLeader":
      if (op.to !== cluster.leader) Object.assign(cluster, { leader: op.to, term: cluster.term + 1 });
      return { to: op.to };
    case "etcd.put":
      if (anyAlarm(cluster)) throw new Error("mvcc: database space exceeded");
      data.kv.set(op.key, op.value);
      data.revision += 1;
      return { revision: data.revision };
    case "etcd.deletePrefix": {
      const gone = [...data.kv.keys()].filter((key) => key.startsWith(op.prefix));
      for (const key of gone) {
        data.kv.delete(key);
        data.flipped.delete(key);
      }
      if (gone.length > 0) data.revision += 1;
      return { deleted: gone.length };
    }
    case "etcd.fill":
      data.kv.set(`${op.prefix}1`, "x");
      data.revision += 1;
      for (const one of followers(cluster)) raised(cluster, one.name).add("NOSPACE");
      return { keys: 1 };
    case "etcd.compact":
      data.compactRevision = data.revision;
      return { revision: data.revision };
    case "etcd.defrag":
      if (!member(cluster, op.member).running) throw new Error(`${op.member} is not running`);
      return { member: op.member, beforeBytes: 2, afterBytes: 1 };
    case "etcd.disarm":
      for (const names of cluster.alarms.values()) names.delete(op.alarm);
      return {};
    case "etcd.memberRemove":
      return { removed: data.list.delete(op.member) };
    case "etcd.memberAdd":
      if (!data.list.has(op.member)) data.list.set(op.member, { id: `${op.member}-${cluster.nextId++}`, learner: op.learner });
      return { id: data.list.get(op.member)?.id ?? null };
    case "etcd.memberPromote":
      return promote(cluster, data, op.member);
    case "etcd.reinstate":
      return reinstate(cluster, data, op);
  }
}

function promote(cluster: FakeCluster, data: FakeData, name: string): Json {
  const entry = data.list.get(name);
  if (entry === undefined) throw new Error(`${name} is not in the member list`);
  if (!followers(cluster).some((one) => one.name === name))
    throw new Error("can only promote a learner member which is in sync with leader");
  entry.learner = false;
  return { promoted: name };
}

function reinstate(cluster: FakeCluster, data: FakeData, op: Extract<Op, { op: "etcd.reinstate" }>): Json {
  const steps: readonly Op[] =
    data.list.get(op.member)?.id === op.oldId
      ? [
          ...(member(cluster, op.member).asides.has(op.tag)
            ? [{ op: "member.stop" as const, member: op.member, how: "kill" as const }]
            : []),
          ...(member(cluster, op.member).running ? [] : [{ op: "data.bringBack" as const, member: op.member, tag: op.tag }]),
          { op: "member.start", member: op.member },
        ]
      : [
          { op: "etcd.memberAdd", member: op.member, learner: true },
          { op: "member.start", member: op.member, joining: true },
          { op: "etcd.memberPromote", member: op.member },
          { op: "data.discardAside", member: op.member, tag: op.tag },
        ];
  for (const step of steps) performFake(cluster, step);
  return { member: op.member };
}

function stored(cluster: FakeCluster, name: string): FakeData {
  const data = member(cluster, name).data;
  if (data === null) throw new Error(`${name} has no data`);
  return data;
}

function raised(cluster: FakeCluster, name: string): Set<string> {
  const found = cluster.alarms.get(name) ?? new Set<string>();
  cluster.alarms.set(name, found);
  return found;
}

function anyAlarm(cluster: FakeCluster): boolean {
  return [...cluster.alarms.values()].some((names) => names.size > 0);
}
