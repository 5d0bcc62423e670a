import { z } from "zod";
import { defineDrill } from "../../core/drill.ts";
import { FiredrillError } from "../../core/errors.ts";
import { memberSelector } from "../../core/fields.ts";
import { memberOf } from "../../core/view.ts";
import { own } from "../shared/own.ts";
import { pickOne } from "../shared/pick.ts";

type Seen = { readonly leader: string | null; readonly term: number | null };

/** Hands leadership to another member, as one does before working on the leader's machine. */
export const etcdLeaderMove = defineDrill({
  id: "etcd-leader-move",
  title: "Move etcd's leadership",
  summary:
    "Asks the leader to hand over to another member. Nothing goes down; shows that planned work on the leader's machine costs clients next to nothing.",
  needs: ["etcd"],
  blastRadius: "none",
  params: z.strictObject({
    to: memberSelector().default("follower").describe("Who leads afterwards: follower, or the name of a voting member."),
  }),
  effect: "The members agree on another leader, in a higher term.",
  undoes: "Nothing to put back: any voting member may lead.",
  proveAfter: "break",
  prepare: async (context, { to }) => {
    const view = await context.target.look(context.signal);
    const member = pickOne(view, to, context.random);
    if (member.learner || member.name === view.leader) {
      throw new FiredrillError("NOTHING_PICKED", `"${to}" ${member.learner ? "is a learner and cannot lead" : "leads already"}`, {
        hint: "use follower, or the name of a voting member that does not lead",
      });
    }
    return { to: member.name };
  },
  plan: (state) => ({ breaks: [{ op: "etcd.moveLeader", to: state.to }], recovers: [], undo: [], cleanup: [], membersDown: [] }),
  fingerprint: async (context): Promise<Seen> => {
    const view = await context.target.look(context.signal);
    return { leader: view.leader, term: view.leader === null ? null : (memberOf(view, view.leader)?.term ?? null) };
  },
  prove: (before, after, state) => {
    const was = own<Seen>(before);
    const is = own<Seen>(after);
    const change = `leader ${was.leader ?? "none"} to ${is.leader ?? "none"}, term ${was.term ?? "?"} to ${is.term ?? "?"}`;
    const moved = is.leader === state.to && was.leader !== state.to && is.term !== null && was.term !== null && is.term > was.term;
    return { proved: moved, because: moved ? change : `leadership did not move to ${state.to}: ${change}` };
  },
});
