import { z } from "zod";
import { defineDrill } from "../../core/drill.ts";
import { FiredrillError } from "../../core/errors.ts";
import { memberSelector } from "../../core/fields.ts";
import type { Op } from "../../core/op.ts";
import { memberOf } from "../../core/view.ts";
import { own } from "../shared/own.ts";
import { pickOne, votersOf } from "../shared/pick.ts";
import { bringAllBack, priorOf } from "../shared/prior.ts";
import { namesOf } from "../shared/processes.ts";

type Seen = { readonly [member: string]: { readonly id: string | null; readonly running: boolean; readonly voter: boolean } };

/** Loses all members but one for good, and grows a cluster again from the survivor. */
export const etcdForceNewCluster = defineDrill({
  id: "etcd-force-new-cluster",
  title: "Survive with one member, grow again",
  summary:
    "Kills every member and takes away the data of all but one, which comes back alone and without quorum; then makes it a cluster of one with --force-new-cluster and adds the others as empty learners. Rehearses the way out when no snapshot is newer than the survivor.",
  needs: ["etcd", "etcdProcess", "etcdData"],
  blastRadius: "cluster",
  params: z.strictObject({
    survivor: memberSelector().default("one").describe("Who keeps its data: a role that stands for one member, or a name."),
  }),
  effect: "Every other member runs and votes under a new member id.",
  undoes: "Stops every member, puts the old data back, the survivor's copy included, and starts those that ran before.",
  proveAfter: "recover",
  prepare: async (context, { survivor }) => {
    const view = await context.target.look(context.signal);
    const kept = pickOne(view, survivor, context.random).name;
    const voters = namesOf(votersOf(view));
    const others = voters.filter((name) => name !== kept);
    if (others.length === 0 || !voters.includes(kept)) {
      throw new FiredrillError("GUARD_REFUSED", `"${kept}" is ${others.length === 0 ? "the only voting member" : "a learner"}`, {
        hint: "use a cluster of three or more and a voting member",
      });
    }
    return { survivor: kept, others, prior: priorOf(view, voters), tag: context.tag };
  },
  plan: ({ survivor, others, prior, tag }) => {
    const regrow = (member: string): readonly Op[] => [
      { op: "etcd.memberRemove", member },
      { op: "etcd.memberAdd", member, learner: true },
      { op: "member.start", member, joining: true },
      { op: "wait.answers", members: [member], withLeader: false },
      { op: "etcd.memberPromote", member },
    ];
    const alone: Op = { op: "wait.answers", members: [survivor], withLeader: true };
    return {
      breaks: [
        ...others.map((member): Op => ({ op: "member.stop", member, how: "kill" })),
        ...others.map((member): Op => ({ op: "data.setAside", member, tag })),
        // The survivor's data is about to be rewritten: the copy, taken while it stands still, is the way back.
        { op: "member.stop", member: survivor, how: "term" },
        { op: "data.copyAside", member: survivor, tag },
        { op: "member.start", member: survivor },
      ],
      recovers: [
        { op: "member.stop", member: survivor, how: "term" },
        { op: "member.start", member: survivor, extraArgs: ["--force-new-cluster"] },
        alone,
        // The flag must not survive: with it, the next start would throw the other members out again.
        { op: "member.stop", member: survivor, how: "term" },
        { op: "member.start", member: survivor },
        alone,
        ...others.flatMap((member) => regrow(member)),
        { op: "wait.answers", members: [survivor, ...others], withLeader: true },
      ],
      undo: bringAllBack(prior, tag),
      cleanup: prior.members.map((member): Op => ({ op: "data.discardAside", member, tag })),
      membersDown: prior.members,
    };
  },
  fingerprint: async (context, state): Promise<Seen> => {
    const view = await context.target.look(context.signal);
    return Object.fromEntries(
      state.prior.members.map((name) => {
        const member = memberOf(view, name);
        const id = member?.id ?? null;
        return [name, { id, running: member?.running ?? false, voter: id !== null && member?.learner === false }];
      }),
    );
  },
  prove: (before, after, state) => {
    const was = own<Seen>(before);
    const is = own<Seen>(after);
    const absent = state.prior.members.filter((name) => is[name]?.voter !== true || !is[name].running);
    if (absent.length > 0) return { proved: false, because: `not running as voters: ${absent.join(", ")}` };
    const same = state.others.filter((name) => is[name]?.id === was[name]?.id);
    if (same.length > 0) return { proved: false, because: `still under the old member id: ${same.join(", ")}` };
    const told = state.others.map((name) => `${name} ${was[name]?.id ?? "none"} to ${is[name]?.id ?? "none"}`);
    return {
      proved: true,
      because: `${state.prior.members.length} voters from survivor ${state.survivor}; new member ids: ${told.join(", ")}`,
    };
  },
});
