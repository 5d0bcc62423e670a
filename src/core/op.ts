// Operations: everything Firedrill does to a target, as data. Because an operation is data it can be planned, printed, journaled
// before it acts, handed to a dead-man timer, and carried out by another process after the runner died.
import { z } from "zod";

const member = z.string().min(1);
/** Names what is set aside, so that leftovers can be found without a journal: `fd-<run>-<step>`. */
const tag = z.string().regex(/^fd-[a-z0-9-]+$/);

const linkState = z.strictObject({
  from: member,
  to: member,
  cut: z.boolean(),
  delayMs: z.number().min(0),
  jitterMs: z.number().min(0),
  rateBytes: z.number().min(0),
});
export type LinkState = z.output<typeof linkState>;

export const opSchema = z.discriminatedUnion("op", [
  // processes
  z.strictObject({ op: z.literal("member.stop"), member, how: z.enum(["term", "kill"]) }),
  z.strictObject({
    op: z.literal("member.start"),
    member,
    /** Appended to the member's own arguments, for this start only. */
    extraArgs: z.array(z.string()).optional(),
    /** Which value `--initial-cluster-state` takes; by default what the member last used. */
    joining: z.boolean().optional(),
  }),
  z.strictObject({ op: z.literal("member.pause"), member }),
  z.strictObject({ op: z.literal("member.resume"), member }),
  // peer network
  z.strictObject({ op: z.literal("links.set"), links: z.array(linkState) }),
  // data directories; all idempotent
  z.strictObject({ op: z.literal("data.setAside"), member, tag }),
  z.strictObject({ op: z.literal("data.copyAside"), member, tag }),
  z.strictObject({ op: z.literal("data.bringBack"), member, tag }),
  z.strictObject({ op: z.literal("data.discardAside"), member, tag }),
  z.strictObject({ op: z.literal("data.flip"), member, marker: z.string().min(16) }),
  z.strictObject({
    op: z.literal("data.restore"),
    member,
    members: z.array(member),
    snapshot: z.string(),
    token: z.string(),
    /** Added to the revision so that watch caches notice; 0 restores without a bump. */
    bumpRevision: z.number().int().min(0),
    markCompacted: z.boolean(),
  }),
  // etcd API
  z.strictObject({ op: z.literal("etcd.moveLeader"), to: member }),
  z.strictObject({ op: z.literal("etcd.put"), key: z.string(), value: z.string() }),
  z.strictObject({ op: z.literal("etcd.deletePrefix"), prefix: z.string().min(1) }),
  z.strictObject({
    op: z.literal("etcd.fill"),
    prefix: z.string().min(1),
    maxBytes: z.number().int().positive(),
    valueBytes: z.number().int().positive(),
  }),
  z.strictObject({ op: z.literal("etcd.compact"), physical: z.boolean() }),
  z.strictObject({ op: z.literal("etcd.defrag"), member }),
  z.strictObject({ op: z.literal("etcd.disarm"), alarm: z.enum(["NOSPACE", "CORRUPT"]) }),
  z.strictObject({ op: z.literal("etcd.memberRemove"), member }),
  z.strictObject({ op: z.literal("etcd.memberAdd"), member, learner: z.boolean() }),
  z.strictObject({ op: z.literal("etcd.memberPromote"), member }),
  /**
   * Makes `member` a running voter again whatever stage a replacement was interrupted at: its old data comes back while its old
   * id is still in the member list, else it joins anew as a learner and is promoted.
   */
  z.strictObject({ op: z.literal("etcd.reinstate"), member, oldId: z.string(), tag }),
  // snapshots
  z.strictObject({ op: z.literal("snapshot.save"), member, file: z.string() }),
  z.strictObject({ op: z.literal("snapshot.verify"), file: z.string(), sentinelPrefix: z.string().nullable() }),
  z.strictObject({ op: z.literal("snapshot.remove"), file: z.string() }),
  // waiting, so that an order of operations can include "until it answers"
  z.strictObject({ op: z.literal("wait.answers"), members: z.array(member), withLeader: z.boolean() }),
  // escape hatches
  z.strictObject({ op: z.literal("command.run"), argv: z.array(z.string()).min(1), timeoutMs: z.number().positive() }),
  z.strictObject({ op: z.literal("manual.prompt"), text: z.string(), timeoutMs: z.number().positive() }),
]);

export type Op = z.output<typeof opSchema>;
export const opsSchema: z.ZodArray<typeof opSchema> = z.array(opSchema);
