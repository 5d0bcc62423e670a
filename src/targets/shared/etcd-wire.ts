// The parts of etcd's rpc.proto that Firedrill uses, as the protobuf loader gives them: 64-bit numbers are decimal strings.
// Fields that some supported etcd version does not send are optional here, whatever the library's own types say.

export type Service = "KV" | "Watch" | "Cluster" | "Maintenance";

interface Header {
  readonly cluster_id: string;
  readonly member_id: string;
  readonly revision: string;
  readonly raft_term: string;
}
interface KeyValue {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly mod_revision: string;
}
export interface RangeReply {
  readonly header: Header;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  readonly count: string;
}
export interface PutReply {
  readonly header: Header;
}
export interface DeleteReply {
  readonly header: Header;
  readonly deleted: string;
}
export interface StatusReply {
  readonly header: Header;
  readonly version: string;
  readonly dbSize: string;
  readonly dbSizeInUse?: string;
  readonly leader: string;
  readonly raftIndex: string;
  readonly raftTerm: string;
  /** Since 3.4. */
  readonly raftAppliedIndex?: string;
  /** Since 3.4. */
  readonly errors?: readonly string[];
  /** Since 3.4. */
  readonly isLearner?: boolean;
}
export interface Member {
  readonly ID: string;
  readonly name: string;
  readonly peerURLs: readonly string[];
  readonly clientURLs: readonly string[];
  readonly isLearner?: boolean;
}
export interface MemberListReply {
  readonly header: Header;
  readonly members: readonly Member[];
}
export interface MemberAddReply {
  readonly header: Header;
  readonly member: Member;
}
export interface AlarmReply {
  readonly alarms: readonly { readonly memberID: string; readonly alarm: string }[];
}
export interface HashReply {
  readonly header: Header;
  readonly hash: number | string;
  readonly compact_revision: string;
}
export interface SnapshotReply {
  readonly blob: Buffer;
}
export interface WatchReply {
  readonly header: Header;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compact_revision: string;
  readonly cancel_reason: string;
  readonly events: readonly { readonly type: string; readonly kv: KeyValue }[];
}

/** etcd's AlarmRequest.AlarmAction. */
export const ALARM_ACTION = { get: 0, deactivate: 2 } as const;
/** etcd's AlarmType. */
export const ALARM_TYPE = { NOSPACE: 1, CORRUPT: 2 } as const;
export type AlarmName = keyof typeof ALARM_TYPE;

/** A member or cluster id as etcdctl prints it; null for 0, which etcd uses for "none". */
export function hexId(decimal: string): string | null {
  const id = BigInt(decimal);
  return id === 0n ? null : id.toString(16);
}

/** A hex id as the protobuf loader wants it. */
export function decimalId(hex: string): string {
  return BigInt(`0x${hex}`).toString();
}

/** First key that is no longer under `prefix`; the empty prefix stands for every key, which etcd spells as one zero byte. */
export function prefixRange(prefix: string): { readonly key: Buffer; readonly range_end: Buffer } {
  const everything = Buffer.from([0]);
  const key = Buffer.from(prefix);
  for (let i = key.length - 1; i >= 0; i--) {
    const byte = key[i] ?? 0xff;
    if (byte === 0xff) continue;
    const end = Buffer.from(key.subarray(0, i + 1));
    end[i] = byte + 1;
    return { key, range_end: end };
  }
  return { key: key.length === 0 ? everything : key, range_end: everything };
}

/** The key that follows `key` immediately. */
export function keyAfter(key: Uint8Array): Buffer {
  return Buffer.concat([key, Buffer.from([0])]);
}
