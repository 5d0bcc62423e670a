import { FiredrillError } from "../../core/errors.ts";
import type { Json } from "../../util/json.ts";
import { EtcdCallError } from "./etcd-errors.ts";
import { CALL_DEADLINE_MS, type EtcdOpContext, entryOf, retrying } from "./etcd-op-context.ts";

/** Removes a member from the member list, by name. Absent is fine. */
export async function removeMember(member: string, context: EtcdOpContext, signal: AbortSignal): Promise<Json> {
  let removedId: string | null = null;
  return retrying(`removing "${member}" from the member list`, signal, async () => {
    const { leader, entry } = await entryOf(context, member);
    if (entry === undefined) return { member, removedId };
    removedId = entry.id;
    await leader.memberRemove(entry.id, CALL_DEADLINE_MS);
    return undefined;
  });
}

/** Puts a member on the member list under its peer URL. Already there is fine. */
export async function addMember(member: string, learner: boolean, context: EtcdOpContext, signal: AbortSignal): Promise<Json> {
  let added = false;
  return retrying(`adding "${member}" to the member list`, signal, async () => {
    const { leader, entry } = await entryOf(context, member);
    if (entry !== undefined) return { member, id: entry.id, learner: entry.learner, added };
    try {
      await leader.memberAdd([context.peerUrl(member)], learner, CALL_DEADLINE_MS);
      added = true;
    } catch (error) {
      // etcd makes the new id from the peer URL and the time in whole seconds: within the second in which the same URL was added and
      // removed, it comes to the removed id, which etcd refuses by this text. A second later it does not.
      if (!(error instanceof EtcdCallError && error.details.includes("member not found"))) throw error;
    }
    return undefined;
  });
}

/** Makes a learner a voter, waiting until it is in sync with the leader. A voter already is fine. */
export async function promoteMember(member: string, context: EtcdOpContext, signal: AbortSignal): Promise<Json> {
  return retrying(`promoting "${member}"`, signal, async () => {
    const { leader, entry } = await entryOf(context, member);
    if (entry === undefined) {
      throw new FiredrillError("ETCD_CALL_FAILED", `"${member}" is not in the member list, so it cannot be promoted`, {
        hint: "add it as a learner first",
      });
    }
    if (!entry.learner) return { member, id: entry.id };
    await leader.memberPromote(entry.id, CALL_DEADLINE_MS);
    return undefined;
  });
}
