import type { Json } from "../../util/json.ts";
import { CALL_DEADLINE_MS, type EtcdOpContext, leaderOf, retrying, STATUS_DEADLINE_MS, standings } from "./etcd-op-context.ts";

/** Hands leadership to `to` and waits until every member that answers agrees. Already leading is fine. */
export async function moveLeader(to: string, context: EtcdOpContext, signal: AbortSignal): Promise<Json> {
  let from: string | null = null;
  return retrying(`moving the leader to "${to}"`, signal, async () => {
    const leader = await leaderOf(context);
    from ??= leader.name;
    if (leader.name === to) {
      const answering = (await standings(context)).filter((each) => each.status !== null && !each.status.learner);
      const agreed = answering.every((each) => each.status?.leaderId === leader.status.memberId);
      return agreed ? { from, to, term: leader.status.raftTerm, agreedBy: answering.map((each) => each.name) } : undefined;
    }
    const target = await context.clients.of(to).status(STATUS_DEADLINE_MS);
    await leader.client.moveLeader(target.memberId, CALL_DEADLINE_MS);
    return undefined;
  });
}

/** Waits until every named member answers; with `withLeader`, until they agree on a leader and each serves a linearizable read. */
export async function waitAnswers(
  members: readonly string[],
  withLeader: boolean,
  context: EtcdOpContext,
  signal: AbortSignal,
): Promise<Json> {
  const what = `waiting until ${members.join(", ")} answer${withLeader ? " and agree on a leader" : ""}`;
  return retrying(what, signal, async () => {
    const statuses = await Promise.all(members.map((name) => context.clients.of(name).status(STATUS_DEADLINE_MS)));
    if (!withLeader) return { members: [...members] };
    const leaders = new Set(statuses.map((status) => status.leaderId));
    const [leaderId] = leaders;
    if (leaders.size !== 1 || leaderId === null || leaderId === undefined) return undefined;
    await Promise.all(members.map((name) => context.clients.of(name).get("/firedrill/", { serializable: false }, STATUS_DEADLINE_MS)));
    const leader = await leaderOf(context);
    return { members: [...members], leader: leader.name, term: leader.status.raftTerm };
  });
}
