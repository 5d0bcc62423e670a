import { deadline } from "../../util/clock.ts";
import type { Json } from "../../util/json.ts";
import { type EtcdOpContext, entryOf, retrying, STATUS_DEADLINE_MS } from "./etcd-op-context.ts";
import { waitAnswers } from "./etcd-op-leader.ts";
import { addMember, promoteMember, removeMember } from "./etcd-op-membership.ts";

/** How long a member that has joined under a new id is given to come up with the data it has, before it joins once more. */
const OWN_DATA_MS = 15_000;

/**
 * Makes a member a running voter again, whatever stage a replacement was interrupted at:
 * 1. its old id is still listed and it answers under it: nothing to do;
 * 2. its old id is still listed: its old data comes back and it starts;
 * 3. it joined under a new id before: it starts with the data it has, if it can;
 * 4. otherwise it joins as a learner with an empty folder, and is promoted; its old data is of no use any more and goes.
 */
export async function reinstate(
  op: { readonly member: string; readonly oldId: string; readonly tag: string },
  context: EtcdOpContext,
  signal: AbortSignal,
): Promise<Json> {
  const { member, oldId, tag } = op;
  const answersAs = async (): Promise<string | null> => {
    const status = await context.clients
      .of(member)
      .status(STATUS_DEADLINE_MS)
      .catch(() => null);
    return status?.memberId ?? null;
  };
  const listed = await retrying("reading the member list", signal, () => entryOf(context, member));
  const answering = await answersAs();
  if (listed.members.some((each) => each.id === oldId)) {
    if (answering === oldId) return { member, id: oldId, way: "already running" };
    await context.perform({ op: "member.stop", member, how: "kill" }, signal);
    await context.perform({ op: "data.bringBack", member, tag }, signal);
    await context.perform({ op: "member.start", member }, signal);
    await waitAnswers([member], true, context, signal);
    return { member, id: oldId, way: "old data" };
  }
  const { entry } = listed;
  let joined = entry !== undefined && answering === entry.id;
  if (!joined && entry !== undefined && entry.name !== "") joined = await startsWithOwnData(member, context, signal);
  if (!joined) await joinAnew(op, entry !== undefined && entry.name !== "", context, signal);
  await promoteMember(member, context, signal);
  await waitAnswers([member], true, context, signal);
  await context.perform({ op: "data.discardAside", member, tag }, signal);
  return { member, id: await answersAs(), way: joined ? "new id, own data" : "joined anew" };
}

async function startsWithOwnData(member: string, context: EtcdOpContext, signal: AbortSignal): Promise<boolean> {
  using limit = deadline(`"${member}" coming up with its own data`, OWN_DATA_MS, signal);
  try {
    // It may be paused, or be running with a folder that is gone.
    await context.perform({ op: "member.stop", member, how: "kill" }, limit.signal);
    await context.perform({ op: "member.start", member }, limit.signal);
    await waitAnswers([member], false, context, limit.signal);
    return true;
  } catch {
    signal.throwIfAborted();
    // Its folder is empty, or belongs to an id that was removed: no error, it joins anew.
    return false;
  }
}

async function joinAnew(
  op: { readonly member: string; readonly tag: string },
  startedBefore: boolean,
  context: EtcdOpContext,
  signal: AbortSignal,
): Promise<void> {
  const { member } = op;
  await context.perform({ op: "member.stop", member, how: "kill" }, signal);
  // An id that has been used cannot be used again with an empty folder: etcd would vote twice.
  if (startedBefore) await removeMember(member, context, signal);
  await addMember(member, true, context, signal);
  // First what an interrupted attempt may have left under this tag, then the folder itself.
  const scratch = `${op.tag}-x`;
  await context.perform({ op: "data.discardAside", member, tag: scratch }, signal);
  await context.perform({ op: "data.setAside", member, tag: scratch }, signal);
  await context.perform({ op: "data.discardAside", member, tag: scratch }, signal);
  await context.perform({ op: "member.start", member, joining: true }, signal);
  await waitAnswers([member], false, context, signal);
}
