// Procedures that take the whole cluster apart put back what was there: data, and who ran, and who was paused.
import type { Op } from "../../core/op.ts";
import type { ClusterView } from "../../core/view.ts";
import { isUp } from "./pick.ts";
import { waitFor } from "./processes.ts";

export type Prior = {
  /** Every member the procedure touches. */
  readonly members: readonly string[];
  readonly ran: readonly string[];
  readonly paused: readonly string[];
  readonly hadLeader: boolean;
};

/** What of these members is to be restored. */
export function priorOf(view: ClusterView, members: readonly string[]): Prior {
  const touched = view.members.filter((member) => members.includes(member.name));
  const names = (which: (member: (typeof touched)[number]) => boolean): readonly string[] =>
    touched.filter((member) => which(member)).map((member) => member.name);
  return {
    members,
    ran: names(isUp),
    paused: names((member) => member.running && member.paused),
    hadLeader: view.leader !== null,
  };
}

/**
 * Old data back in place, and the same processes running as before. Killing is safe here: what the members wrote since is thrown
 * away with the data it went to, and data that was never set aside is safe in etcd's synced log.
 */
export function bringAllBack(prior: Prior, tag: string): readonly Op[] {
  const each = (op: (member: string) => Op, members = prior.members): readonly Op[] => members.map((member) => op(member));
  return [
    ...each((member) => ({ op: "member.stop", member, how: "kill" })),
    ...each((member) => ({ op: "data.bringBack", member, tag })),
    ...each((member) => ({ op: "member.start", member }), [...prior.ran, ...prior.paused]),
    ...waitFor(prior.ran, prior.hadLeader, true),
    ...each((member) => ({ op: "member.pause", member }), prior.paused),
  ];
}
