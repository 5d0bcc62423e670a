import type { ClusterView, MemberView } from "../core/view.ts";

/** Why a member cannot be called healthy; null when it can. */
export function memberProblem(member: MemberView, leader: string | null): string | null {
  if (!member.running) return `${member.name} is down`;
  if (member.paused) return `${member.name} is frozen`;
  if (!member.answers) return `${member.name} does not answer`;
  if (member.believesLeader === null) return `${member.name} knows no leader`;
  if (member.believesLeader !== leader)
    return `${member.name} follows ${member.believesLeader}, not ${leader ?? "anybody a quorum agrees on"}`;
  return member.alarms.length === 0 ? null : `${member.name} has alarm ${member.alarms.join(", ")}`;
}

/** Members that are in the member list and vote. */
export function listedVoters(view: ClusterView): readonly MemberView[] {
  return view.members.filter((member) => member.id !== null && !member.learner);
}
