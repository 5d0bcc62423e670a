import type { Connection } from "../../core/target.ts";
import type { EtcdCallError } from "./etcd-errors.ts";
import { readMetrics } from "./etcd-metrics.ts";
import { saveSnapshot } from "./etcd-snapshot.ts";
import { openWatch, type WatchOptions } from "./etcd-watch.ts";
import {
  ALARM_ACTION,
  ALARM_TYPE,
  type AlarmName,
  type AlarmReply,
  type DeleteReply,
  decimalId,
  type HashReply,
  hexId,
  keyAfter,
  type Member,
  type MemberAddReply,
  type MemberListReply,
  type PutReply,
  prefixRange,
  type RangeReply,
  type Service,
  type StatusReply,
} from "./etcd-wire.ts";

/** A stream of one call. `onEnd` gives the error, or null when the server ended it; it may be called more than once. */
export interface EtcdStream<T> extends AsyncIterable<T> {
  readonly onData: (listener: (message: T) => void) => void;
  readonly onEnd: (listener: (error: EtcdCallError | null) => void) => void;
  readonly write: (message: object) => void;
  readonly cancel: () => void;
}

/** The transport to one member. */
export interface EtcdChannel {
  readonly unary: <T>(service: Service, method: string, request: object, deadlineMs: number) => Promise<T>;
  readonly serverStream: <T>(service: Service, method: string, request: object) => Promise<EtcdStream<T>>;
  readonly duplex: <T>(service: Service, method: string, headers: Readonly<Record<string, string>>) => Promise<EtcdStream<T>>;
  readonly errorOf: (method: string, error: unknown) => EtcdCallError;
}

/** What a member says of itself. Ids in hex. */
export interface MemberStatus {
  readonly memberId: string;
  readonly clusterId: string;
  readonly version: string;
  readonly dbSizeBytes: number;
  readonly dbSizeInUseBytes: number | null;
  readonly leaderId: string | null;
  readonly raftIndex: number;
  readonly raftAppliedIndex: number | null;
  readonly raftTerm: number;
  readonly revision: number;
  readonly learner: boolean;
  readonly errors: readonly string[];
}

/** One entry of the member list. `name` is empty until the member has started for the first time. */
export interface EtcdMember {
  readonly id: string;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly learner: boolean;
}

interface EtcdAlarm {
  readonly memberId: string;
  readonly alarm: string;
}

interface EtcdPage {
  readonly kvs: readonly { readonly key: string; readonly value: string; readonly modRevision: number }[];
  /** Where the next page starts; null on the last one. */
  readonly nextKey: Uint8Array | null;
  readonly count: number;
  readonly revision: number;
}

/** One member's API. Every call ends within its own deadline, is sent at most once and rejects with an EtcdCallError. */
export interface MemberClient {
  readonly name: string;
  readonly put: (key: string, value: string | Uint8Array, deadlineMs: number) => Promise<{ readonly revision: number }>;
  readonly get: (
    key: string,
    options: { readonly serializable: boolean },
    deadlineMs: number,
  ) => Promise<{ readonly value: string; readonly modRevision: number; readonly revision: number } | null>;
  /** Linearizable. Revision 0 is the newest. */
  readonly rangePage: (
    prefix: string,
    options: { readonly fromKey?: Uint8Array; readonly limit: number; readonly revision: number; readonly keysOnly?: boolean },
    deadlineMs: number,
  ) => Promise<EtcdPage>;
  readonly count: (prefix: string, deadlineMs: number) => Promise<{ readonly count: number; readonly revision: number }>;
  readonly deletePrefix: (prefix: string, deadlineMs: number) => Promise<{ readonly deleted: number }>;
  /** Deletes the keys under `prefix` that sort before `endKey`. */
  readonly deleteBefore: (prefix: string, endKey: Uint8Array, deadlineMs: number) => Promise<{ readonly deleted: number }>;
  readonly compact: (revision: number, physical: boolean, deadlineMs: number) => Promise<void>;
  readonly status: (deadlineMs: number) => Promise<MemberStatus>;
  /** This member's own view, which needs no quorum. */
  readonly memberList: (deadlineMs: number) => Promise<{ readonly clusterId: string; readonly members: readonly EtcdMember[] }>;
  readonly memberAdd: (peerUrls: readonly string[], learner: boolean, deadlineMs: number) => Promise<{ readonly id: string }>;
  readonly memberRemove: (id: string, deadlineMs: number) => Promise<void>;
  readonly memberPromote: (id: string, deadlineMs: number) => Promise<void>;
  /** Only the leader accepts this. */
  readonly moveLeader: (targetId: string, deadlineMs: number) => Promise<void>;
  readonly alarms: (deadlineMs: number) => Promise<readonly EtcdAlarm[]>;
  readonly disarm: (memberId: string, alarm: AlarmName, deadlineMs: number) => Promise<void>;
  /** `revision` must be one the member has reached and that is not compacted; `revision` of the answer is the one asked for. */
  readonly hashKV: (
    revision: number,
    deadlineMs: number,
  ) => Promise<{ readonly hash: string; readonly revision: number; readonly compactRevision: number }>;
  /** Blocks the member while it runs. */
  readonly defragment: (deadlineMs: number) => Promise<void>;
  /** Streams a snapshot to `file`, which appears only when it is complete and on disk. */
  readonly snapshot: (file: string, signal: AbortSignal) => Promise<{ readonly sizeBytes: number }>;
  /** One watch stream. After `onError` it is over: open another, from the revision after the last one seen. */
  readonly watch: (prefix: string, options: WatchOptions) => Disposable;
  /** The member's Prometheus page. */
  readonly metrics: (deadlineMs: number) => Promise<string>;
}

/** The calls of one member over `channel`. */
export function memberClient(
  name: string,
  channel: EtcdChannel,
  http: { readonly url: string; readonly tls: Connection["tls"] },
): MemberClient {
  const kv = <T>(method: string, request: object, deadlineMs: number): Promise<T> => channel.unary("KV", method, request, deadlineMs);
  const cluster = <T>(method: string, request: object, deadlineMs: number): Promise<T> =>
    channel.unary("Cluster", method, request, deadlineMs);
  const maintenance = <T>(method: string, request: object, deadlineMs: number): Promise<T> =>
    channel.unary("Maintenance", method, request, deadlineMs);
  const remove = async (range: object, deadlineMs: number): Promise<{ deleted: number }> => {
    const reply = await kv<DeleteReply>("DeleteRange", range, deadlineMs);
    return { deleted: Number(reply.deleted) };
  };
  return {
    name,
    put: async (key, value, deadlineMs) => {
      const reply = await kv<PutReply>("Put", { key: Buffer.from(key), value: Buffer.from(value) }, deadlineMs);
      return { revision: Number(reply.header.revision) };
    },
    get: async (key, options, deadlineMs) => {
      const request = { key: Buffer.from(key), serializable: options.serializable };
      const reply = await kv<RangeReply>("Range", request, deadlineMs);
      const found = reply.kvs[0];
      if (found === undefined) return null;
      return {
        value: found.value.toString(),
        modRevision: Number(found.mod_revision),
        revision: Number(reply.header.revision),
      };
    },
    rangePage: async (prefix, options, deadlineMs) => {
      const range = prefixRange(prefix);
      const request = {
        key: options.fromKey ?? range.key,
        range_end: range.range_end,
        limit: options.limit,
        revision: options.revision,
        keys_only: options.keysOnly === true,
      };
      const reply = await kv<RangeReply>("Range", request, deadlineMs);
      const last = reply.kvs.at(-1);
      return {
        kvs: reply.kvs.map((each) => ({
          key: each.key.toString(),
          value: each.value.toString(),
          modRevision: Number(each.mod_revision),
        })),
        nextKey: reply.more && last !== undefined ? keyAfter(last.key) : null,
        count: Number(reply.count),
        revision: Number(reply.header.revision),
      };
    },
    count: async (prefix, deadlineMs) => {
      const reply = await kv<RangeReply>("Range", { ...prefixRange(prefix), count_only: true }, deadlineMs);
      return { count: Number(reply.count), revision: Number(reply.header.revision) };
    },
    deletePrefix: (prefix, deadlineMs) => remove(prefixRange(prefix), deadlineMs),
    deleteBefore: (prefix, endKey, deadlineMs) => remove({ key: prefixRange(prefix).key, range_end: endKey }, deadlineMs),
    compact: async (revision, physical, deadlineMs) => {
      await kv("Compact", { revision, physical }, deadlineMs);
    },
    status: async (deadlineMs) => statusOf(await maintenance<StatusReply>("Status", {}, deadlineMs)),
    memberList: async (deadlineMs) => {
      const reply = await cluster<MemberListReply>("MemberList", { linearizable: false }, deadlineMs);
      return { clusterId: hexId(reply.header.cluster_id) ?? "0", members: reply.members.map(memberFrom) };
    },
    memberAdd: async (peerUrls, learner, deadlineMs) => {
      const reply = await cluster<MemberAddReply>("MemberAdd", { peerURLs: [...peerUrls], isLearner: learner }, deadlineMs);
      return { id: memberFrom(reply.member).id };
    },
    memberRemove: async (id, deadlineMs) => {
      await cluster("MemberRemove", { ID: decimalId(id) }, deadlineMs);
    },
    memberPromote: async (id, deadlineMs) => {
      await cluster("MemberPromote", { ID: decimalId(id) }, deadlineMs);
    },
    moveLeader: async (targetId, deadlineMs) => {
      await maintenance("MoveLeader", { targetID: decimalId(targetId) }, deadlineMs);
    },
    alarms: async (deadlineMs) => {
      const reply = await maintenance<AlarmReply>("Alarm", { action: ALARM_ACTION.get }, deadlineMs);
      return reply.alarms.map((each) => ({ memberId: hexId(each.memberID) ?? "0", alarm: each.alarm.toUpperCase() }));
    },
    disarm: async (memberId, alarm, deadlineMs) => {
      const request = { action: ALARM_ACTION.deactivate, memberID: decimalId(memberId), alarm: ALARM_TYPE[alarm] };
      await maintenance("Alarm", request, deadlineMs);
    },
    hashKV: async (revision, deadlineMs) => {
      const reply = await maintenance<HashReply>("HashKV", { revision }, deadlineMs);
      return {
        hash: Number(reply.hash).toString(16).padStart(8, "0"),
        revision: revision === 0 ? Number(reply.header.revision) : revision,
        compactRevision: Number(reply.compact_revision),
      };
    },
    defragment: async (deadlineMs) => {
      await maintenance("Defragment", {}, deadlineMs);
    },
    snapshot: (file, signal) => saveSnapshot(channel, file, signal),
    watch: (prefix, options) => openWatch(channel, prefix, options),
    metrics: (deadlineMs) => readMetrics(name, http, deadlineMs),
  };
}

function statusOf(reply: StatusReply): MemberStatus {
  return {
    memberId: hexId(reply.header.member_id) ?? "0",
    clusterId: hexId(reply.header.cluster_id) ?? "0",
    version: reply.version,
    dbSizeBytes: Number(reply.dbSize),
    dbSizeInUseBytes: positive(reply.dbSizeInUse),
    leaderId: hexId(reply.leader),
    raftIndex: Number(reply.raftIndex),
    raftAppliedIndex: positive(reply.raftAppliedIndex),
    raftTerm: Number(reply.raftTerm),
    revision: Number(reply.header.revision),
    learner: reply.isLearner === true,
    errors: reply.errors ?? [],
  };
}

/** A field that older servers leave at 0. */
function positive(text: string | undefined): number | null {
  const value = Number(text ?? 0);
  return value > 0 ? value : null;
}

function memberFrom(member: Member): EtcdMember {
  return {
    id: hexId(member.ID) ?? "0",
    name: member.name,
    peerUrls: member.peerURLs,
    clientUrls: member.clientURLs,
    learner: member.isLearner === true,
  };
}
