import { SHOT } from "../../core/probe.ts";
import { CAUGHT_UP_ENTRIES } from "../../core/view.ts";
import { connectEtcd } from "../../targets/shared/etcd-client.ts";
import { monoMs } from "../../util/clock.ts";
import type { Shooter, ShotContext } from "./shooter.ts";

/** Asks everybody: as many voters as expected, all answering, all caught up, no alarm. */
export function etcdRedundancyShots(context: ShotContext): Shooter {
  const clients = connectEtcd(context.connection);
  const members = clients.names.map((name) => clients.of(name));
  return {
    fire: async () => {
      const startedMs = monoMs();
      const statuses = await Promise.all(members.map((member) => member.status(context.deadlineMs)));
      const leaderId = statuses[0]?.leaderId ?? null;
      if (leaderId === null || statuses.some((status) => status.leaderId !== leaderId)) return SHOT.noLeader;
      const leader = members[statuses.findIndex((status) => status.memberId === leaderId)];
      if (leader === undefined) return SHOT.noLeader;
      const leftMs = Math.max(1, context.deadlineMs - (monoMs() - startedMs));
      const [list, alarms] = await Promise.all([leader.memberList(leftMs), leader.alarms(leftMs)]);
      const voters = list.members.filter((member) => !member.learner);
      const furthest = Math.max(...statuses.map((status) => status.raftIndex));
      const caughtUp = (id: string): boolean => {
        const status = statuses.find((each) => each.memberId === id);
        // 3.3 and older do not say what they applied; their committed index stands in.
        return status !== undefined && furthest - (status.raftAppliedIndex ?? status.raftIndex) <= CAUGHT_UP_ENTRIES;
      };
      const whole = voters.length === context.expectedVoters && voters.every((voter) => caughtUp(voter.id)) && alarms.length === 0;
      return whole ? SHOT.ok : SHOT.other;
    },
    [Symbol.dispose]: () => clients[Symbol.dispose](),
  };
}
