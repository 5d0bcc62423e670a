import { z } from "zod";
import { defineDrill } from "../../core/drill.ts";
import { FiredrillError } from "../../core/errors.ts";
import { memberSelector } from "../../core/fields.ts";
import { memberOf } from "../../core/view.ts";
import { own } from "../shared/own.ts";
import { pickOne, spareVoters } from "../shared/pick.ts";

type Seen = { readonly id: string | null; readonly running: boolean; readonly voter: boolean };

/** Loses a member together with its disk, and replaces it by an empty one. */
export const etcdMemberReplace = defineDrill({
  id: "etcd-member-replace",
  title: "Replace an etcd member that lost its disk",
  summary:
    "Kills a member and takes its data away; then removes it from the member list, adds it as a learner with an empty data folder, and promotes it once it has caught up. Rehearses what to do when a machine is gone for good.",
  needs: ["etcd", "etcdProcess", "etcdData"],
  blastRadius: "member",
  params: z.strictObject({
    member: memberSelector().default("follower").describe("Which member loses its disk: a role that stands for one member, or a name."),
  }),
  effect: "The member runs and votes under a new member id.",
  undoes:
    "Makes it a running voter again from whatever stage was reached: with its old data while its old id is listed, else as a new member.",
  proveAfter: "recover",
  prepare: async (context, { member }) => {
    const view = await context.target.look(context.signal);
    const picked = pickOne(view, member, context.random);
    if (picked.id === null) {
      throw new FiredrillError("ETCD_CALL_FAILED", `the member id of "${picked.name}" cannot be read`, {
        hint: "see whether etcd has a leader",
      });
    }
    if (picked.learner || spareVoters(view) < 1) {
      throw new FiredrillError(
        "GUARD_REFUSED",
        `replacing "${picked.name}" needs a quorum without it: ${spareVoters(view)} voting members can be spared`,
        {
          hint: "bring the other members back first, or use a cluster of three or more",
        },
      );
    }
    return { member: picked.name, id: picked.id, tag: context.tag };
  },
  plan: ({ member, id, tag }) => ({
    breaks: [
      { op: "member.stop", member, how: "kill" },
      { op: "data.setAside", member, tag },
    ],
    recovers: [
      { op: "etcd.memberRemove", member },
      { op: "etcd.memberAdd", member, learner: true },
      { op: "member.start", member, joining: true },
      { op: "wait.answers", members: [member], withLeader: false },
      { op: "etcd.memberPromote", member },
    ],
    undo: [{ op: "etcd.reinstate", member, oldId: id, tag }],
    cleanup: [{ op: "data.discardAside", member, tag }],
    membersDown: [member],
  }),
  fingerprint: async (context, state): Promise<Seen> => {
    const member = memberOf(await context.target.look(context.signal), state.member);
    return {
      id: member?.id ?? null,
      running: member?.running ?? false,
      voter: member !== undefined && member.id !== null && !member.learner,
    };
  },
  prove: (before, after, state) => {
    const was = own<Seen>(before);
    const is = own<Seen>(after);
    if (!is.running) return { proved: false, because: `${state.member} does not run` };
    if (is.id === null || is.id === was.id) return { proved: false, because: `${state.member} still has member id ${is.id ?? "none"}` };
    if (!is.voter) return { proved: false, because: `${state.member} has the new id ${is.id} but does not vote` };
    return { proved: true, because: `${state.member} votes under member id ${is.id}, before ${was.id ?? "none"}` };
  },
});
