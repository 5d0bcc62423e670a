// Victims are picked among members that are up: one that is already down stays down, and counts against quorum.
import { FiredrillError } from "../../core/errors.ts";
import { isRole, pickMembers, quorumOf } from "../../core/selector.ts";
import type { ClusterView, MemberView } from "../../core/view.ts";

/** Runs and is not paused; whether it answers is another question. */
export function isUp(member: MemberView): boolean {
  return member.running && !member.paused;
}

/** Voting members, up or not. */
export function votersOf(view: ClusterView): readonly MemberView[] {
  return view.members.filter((member) => !member.learner);
}

/** How many voting members may still go down before quorum is lost; negative when it is lost already. */
export function spareVoters(view: ClusterView): number {
  const voters = votersOf(view);
  return voters.filter(isUp).length - quorumOf(voters.length);
}

/** Like `pickMembers`, but only of members that are up; `minority` and `majority` count those that are down already. */
export function pickUp(view: ClusterView, selector: string, random: () => number): readonly MemberView[] {
  const up: ClusterView = { ...view, members: view.members.filter(isUp) };
  if (selector === "minority") return take(up, spareVoters(view), false, selector, random);
  if (selector === "majority") return take(up, spareVoters(view) + 1, true, selector, random);
  if (isRole(selector)) return pickMembers(up, selector, random);
  const named = pickMembers(view, selector, random);
  if (named.every(isUp)) return named;
  throw new FiredrillError("NOTHING_PICKED", `"${selector}" is already down`, {
    hint: "undo the step that took it down first, or use a role: roles pick only members that run",
  });
}

/** The one member a role or name stands for; several are an error, because the drill works on one at a time. */
export function pickOne(view: ClusterView, selector: string, random: () => number): MemberView {
  const picked = pickUp(view, selector, random);
  const [only] = picked;
  if (only !== undefined && picked.length === 1) return only;
  throw new FiredrillError("NOTHING_PICKED", `"${selector}" stands for ${picked.length} members, this drill takes one`, {
    hint: "use leader, follower, one, learner or a member's name",
  });
}

function take(up: ClusterView, count: number, leaderFirst: boolean, selector: string, random: () => number): readonly MemberView[] {
  const leader = votersOf(up).find((member) => member.name === up.leader);
  const picked: MemberView[] = leaderFirst && leader !== undefined && count > 0 ? [leader] : [];
  let rest = votersOf(up).filter((member) => member !== leader);
  while (picked.length < count && rest.length > 0) {
    const [next] = pickMembers({ ...up, members: rest }, "one", random);
    if (next === undefined) break;
    picked.push(next);
    rest = rest.filter((member) => member !== next);
  }
  if (picked.length === 0 || picked.length < count) {
    const running = votersOf(up).length;
    throw new FiredrillError("NOTHING_PICKED", `"${selector}" fits no member now: ${running} voting members are up`, {
      hint: selector === "minority" ? "losing one more would lose quorum" : "quorum is lost already",
    });
  }
  return picked.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
