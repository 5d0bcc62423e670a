import { randomBytes } from "node:crypto";
import { FiredrillError } from "../../core/errors.ts";
import type { Json } from "../../util/json.ts";
import { formatSize } from "../../util/size.ts";
import { EtcdCallError, GRPC } from "./etcd-errors.ts";
import { CALL_DEADLINE_MS, type EtcdOpContext, leaderOf, retrying, STATUS_DEADLINE_MS, standings } from "./etcd-op-context.ts";
import type { AlarmName } from "./etcd-wire.ts";

/** Defragmenting copies the whole database, while the member serves nothing. */
const DEFRAG_DEADLINE_MS = 110_000;
const COMPACT_DEADLINE_MS = 60_000;
const PAGE_KEYS = 500;

/** Writes random values under `prefix` until etcd raises NOSPACE. Raised before: nothing is written. */
export async function fill(
  op: { readonly prefix: string; readonly maxBytes: number; readonly valueBytes: number },
  context: EtcdOpContext,
  signal: AbortSignal,
): Promise<Json> {
  let [bytes, keys] = [0, 0];
  const start = randomBytes(4).toString("hex");
  return retrying(`filling etcd to its quota under "${op.prefix}"`, signal, async (limit) => {
    const leader = (await leaderOf(context)).client;
    for (;;) {
      limit.throwIfAborted();
      const alarmed = await alarmedMembers("NOSPACE", context);
      if (alarmed.length > 0) return { bytes, keys, alarmed };
      if (bytes >= op.maxBytes) {
        throw new FiredrillError("ETCD_CALL_FAILED", `etcd raised no NOSPACE alarm after ${formatSize(bytes)} of filler`, {
          hint: "raise the filler's size, or lower the quota (--quota-backend-bytes) of the target",
        });
      }
      try {
        await leader.put(`${op.prefix}${start}-${String(keys).padStart(6, "0")}`, randomBytes(op.valueBytes), CALL_DEADLINE_MS);
        keys += 1;
        bytes += op.valueBytes;
      } catch (error) {
        // The quota was hit; the alarm itself goes through raft and shows in the next round.
        if (!(error instanceof EtcdCallError) || error.grpcCode !== GRPC.resourceExhausted) throw error;
      }
    }
  });
}

/** Compacts to the newest revision. Already compacted there is fine. */
export async function compact(physical: boolean, context: EtcdOpContext, signal: AbortSignal): Promise<Json> {
  return retrying("compacting", signal, async () => {
    const leader = (await leaderOf(context)).client;
    const { revision } = await leader.count("/firedrill/", CALL_DEADLINE_MS);
    try {
      await leader.compact(revision, physical, COMPACT_DEADLINE_MS);
    } catch (error) {
      if (!(error instanceof EtcdCallError && error.details.includes("has been compacted"))) throw error;
    }
    return { revision, physical };
  });
}

/** Defragments one member, which blocks it. */
export async function defrag(member: string, context: EtcdOpContext, signal: AbortSignal): Promise<Json> {
  return retrying(`defragmenting "${member}"`, signal, async () => {
    const client = context.clients.of(member);
    const before = await client.status(STATUS_DEADLINE_MS);
    await client.defragment(DEFRAG_DEADLINE_MS);
    const after = await client.status(CALL_DEADLINE_MS);
    return { member, beforeBytes: before.dbSizeBytes, afterBytes: after.dbSizeBytes };
  });
}

/** Takes every alarm of that kind back, on each member that raised it, and looks whether it stays away. */
export async function disarm(alarm: AlarmName, context: EtcdOpContext, signal: AbortSignal): Promise<Json> {
  const disarmed = new Set<string>();
  return retrying(`disarming ${alarm}`, signal, async () => {
    const leader = (await leaderOf(context)).client;
    const raised = (await leader.alarms(CALL_DEADLINE_MS)).filter((each) => each.alarm === alarm);
    if (raised.length === 0) return { alarm, disarmed: [...disarmed].toSorted() };
    const names = await namesById(context);
    for (const { memberId } of raised) {
      await leader.disarm(memberId, alarm, CALL_DEADLINE_MS);
      disarmed.add(names.get(memberId) ?? memberId);
    }
    return undefined;
  });
}

/** Deletes everything under a prefix, page by page, so that no single raft entry holds a large deletion. */
export async function deletePrefix(prefix: string, context: EtcdOpContext, signal: AbortSignal): Promise<Json> {
  let deleted = 0;
  return retrying(`deleting the keys under "${prefix}"`, signal, async (limit) => {
    const leader = (await leaderOf(context)).client;
    for (;;) {
      limit.throwIfAborted();
      const page = await leader.rangePage(prefix, { limit: PAGE_KEYS, revision: 0, keysOnly: true }, CALL_DEADLINE_MS);
      const gone =
        page.nextKey === null
          ? await leader.deletePrefix(prefix, CALL_DEADLINE_MS)
          : await leader.deleteBefore(prefix, page.nextKey, CALL_DEADLINE_MS);
      deleted += gone.deleted;
      if (page.nextKey === null) return { prefix, deleted };
    }
  });
}

async function alarmedMembers(alarm: AlarmName, context: EtcdOpContext): Promise<readonly string[]> {
  const leader = (await leaderOf(context)).client;
  const raised = (await leader.alarms(CALL_DEADLINE_MS)).filter((each) => each.alarm === alarm);
  if (raised.length === 0) return [];
  const names = await namesById(context);
  return raised.map((each) => names.get(each.memberId) ?? each.memberId).toSorted();
}

async function namesById(context: EtcdOpContext): Promise<ReadonlyMap<string, string>> {
  const answering = (await standings(context)).flatMap((each) =>
    each.status === null ? [] : [[each.status.memberId, each.name] as const],
  );
  return new Map(answering);
}
