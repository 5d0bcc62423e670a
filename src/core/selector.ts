import { FiredrillError } from "./errors.ts";
import type { ClusterView, MemberView } from "./view.ts";

export const ROLES = ["leader", "follower", "learner", "one", "minority", "majority", "all"] as const;
export type Role = (typeof ROLES)[number];

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

/** Votes needed to commit with `voters` voting members. */
export function quorumOf(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/**
 * The members a role or name stands for now, in name order. `random` decides between equals and must be seeded.
 * `minority` is the largest set whose loss keeps quorum and holds no leader; `majority` the smallest whose loss breaks it, leader included.
 * Throws NOTHING_PICKED when it fits nobody: an empty pick is an error, never a drill that does nothing.
 */
export function pickMembers(view: ClusterView, selector: string, random: () => number): readonly MemberView[] {
  const voters = view.members.filter((member) => !member.learner);
  const leader = voters.find((member) => member.name === view.leader);
  const others = shuffled(
    voters.filter((member) => member.name !== view.leader),
    random,
  );
  const picked = isRole(selector)
    ? {
        leader: leader === undefined ? [] : [leader],
        follower: leader === undefined ? [] : others.slice(0, 1),
        learner: view.members.filter((member) => member.learner).slice(0, 1),
        one: shuffled(voters, random).slice(0, 1),
        minority: others.slice(0, voters.length - quorumOf(voters.length)),
        majority: [...(leader === undefined ? [] : [leader]), ...others].slice(0, voters.length - quorumOf(voters.length) + 1),
        all: voters,
      }[selector]
    : view.members.filter((member) => member.name === selector);
  if (picked.length === 0) {
    const names = view.members.map((member) => member.name).join(", ");
    throw new FiredrillError("NOTHING_PICKED", `"${selector}" fits no member now`, {
      hint: `members are ${names === "" ? "none" : names}; the leader is ${view.leader ?? "not elected"}. Use a role (${ROLES.join(", ")}) or one of the names`,
    });
  }
  return picked.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
}
