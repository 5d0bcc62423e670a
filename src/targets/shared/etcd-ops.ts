// Operations that go through etcd's API. Each is idempotent, and done only when looking shows that it is.
import type { Op } from "../../core/op.ts";
import type { Json } from "../../util/json.ts";
import { formatSize } from "../../util/size.ts";
import { CALL_DEADLINE_MS, type EtcdOpContext, leaderOf, retrying } from "./etcd-op-context.ts";
import { moveLeader, waitAnswers } from "./etcd-op-leader.ts";
import { addMember, promoteMember, removeMember } from "./etcd-op-membership.ts";
import { reinstate } from "./etcd-op-reinstate.ts";
import { compact, defrag, deletePrefix, disarm, fill } from "./etcd-op-space.ts";

export type { EtcdOpContext } from "./etcd-op-context.ts";
export type EtcdOp = Extract<Op, { op: `etcd.${string}` } | { op: "wait.answers" }>;

/** Carries out one operation and gives what was observed. */
export async function performEtcdOp(op: EtcdOp, context: EtcdOpContext, signal: AbortSignal): Promise<Json> {
  switch (op.op) {
    case "etcd.moveLeader":
      return moveLeader(op.to, context, signal);
    case "etcd.put":
      return retrying(`putting "${op.key}"`, signal, async () => {
        const { revision } = await (await leaderOf(context)).client.put(op.key, op.value, CALL_DEADLINE_MS);
        return { key: op.key, revision };
      });
    case "etcd.deletePrefix":
      return deletePrefix(op.prefix, context, signal);
    case "etcd.fill":
      return fill(op, context, signal);
    case "etcd.compact":
      return compact(op.physical, context, signal);
    case "etcd.defrag":
      return defrag(op.member, context, signal);
    case "etcd.disarm":
      return disarm(op.alarm, context, signal);
    case "etcd.memberRemove":
      return removeMember(op.member, context, signal);
    case "etcd.memberAdd":
      return addMember(op.member, op.learner, context, signal);
    case "etcd.memberPromote":
      return promoteMember(op.member, context, signal);
    case "etcd.reinstate":
      return reinstate(op, context, signal);
    case "wait.answers":
      return waitAnswers(op.members, op.withLeader, context, signal);
  }
}

/** The API call that `performEtcdOp` would make. */
export function describeEtcdOp(op: EtcdOp): string {
  switch (op.op) {
    case "etcd.moveLeader":
      return `Maintenance.MoveLeader(target ${op.to}) at the leader`;
    case "etcd.put":
      return `KV.Put("${op.key}", ${formatSize(Buffer.byteLength(op.value))}) at the leader`;
    case "etcd.deletePrefix":
      return `KV.DeleteRange(prefix "${op.prefix}") at the leader, page by page`;
    case "etcd.fill":
      return `KV.Put("${op.prefix}…", ${formatSize(op.valueBytes)} of random bytes) at the leader until NOSPACE is raised, at most ${formatSize(op.maxBytes)}`;
    case "etcd.compact":
      return `KV.Compact(newest revision, physical ${op.physical}) at the leader`;
    case "etcd.defrag":
      return `Maintenance.Defragment() at ${op.member}`;
    case "etcd.disarm":
      return `Maintenance.Alarm(DEACTIVATE ${op.alarm}) for each member that raised it`;
    case "etcd.memberRemove":
      return `Cluster.MemberRemove(${op.member}) at the leader`;
    case "etcd.memberAdd":
      return `Cluster.MemberAdd(${op.member}${op.learner ? ", as learner" : ""}) at the leader`;
    case "etcd.memberPromote":
      return `Cluster.MemberPromote(${op.member}) at the leader, until it is in sync`;
    case "etcd.reinstate":
      return `make ${op.member} a running voter again: old data (${op.tag}) while member id ${op.oldId} is listed, else join as learner and promote`;
    case "wait.answers":
      return `wait until ${op.members.join(", ")} answer Maintenance.Status()${op.withLeader ? ", agree on a leader and serve a linearizable read" : ""}`;
  }
}
