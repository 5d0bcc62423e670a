import { z } from "zod";
import { defineDrill } from "../../core/drill.ts";
import { own } from "../shared/own.ts";
import { identities, prepareDown, proveDown, undoDown, waitFor } from "../shared/processes.ts";
import { readsWork } from "../shared/reads.ts";

type Seen = { readonly processes: { readonly [member: string]: string }; readonly leader: string | null; readonly reads: boolean };

/** Takes down so many members that the rest may decide nothing. */
export const etcdQuorumLoss = defineDrill({
  id: "etcd-quorum-loss",
  title: "Lose etcd's quorum",
  summary:
    "Takes down the smallest majority, leader included. The members left neither write nor read through quorum until enough are back; shows what the cluster's clients do without etcd and how fast they return.",
  needs: ["etcd", "etcdProcess"],
  blastRadius: "majority",
  params: z.strictObject({
    how: z.enum(["kill", "term"]).default("kill").describe("kill: SIGKILL, as a power cut; term: SIGTERM, as a careless rolling restart."),
  }),
  effect: "The victims' processes are gone, no leader is known, and a linearizable read fails.",
  undoes: "Starts every victim again and waits until they answer with a leader.",
  proveAfter: "break",
  prepare: (context) => prepareDown(context, "majority"),
  plan: (state, { how }) => ({
    breaks: state.members.map((member) => ({ op: "member.stop", member, how })),
    recovers: [],
    undo: [...undoDown({ ...state, hadLeader: false }), ...waitFor(state.members, state.hadLeader, true)],
    cleanup: [],
    membersDown: state.members,
  }),
  fingerprint: async (context, state): Promise<Seen> => {
    const view = await context.target.look(context.signal);
    return { processes: identities(view, state.members), leader: view.leader, reads: await readsWork(context.target.etcd, context.signal) };
  },
  prove: (before, after, state) => {
    const was = own<Seen>(before);
    const is = own<Seen>(after);
    const down = proveDown(was.processes, is.processes, state);
    if (!down.proved) return down;
    if (is.leader !== null) return { proved: false, because: `${is.leader} is still seen as leader` };
    if (is.reads) return { proved: false, because: "a linearizable read still works" };
    if (!was.reads) return { proved: false, because: "linearizable reads failed before as well, so nothing changed" };
    return { proved: true, because: `${down.because}; no leader, and a linearizable read fails` };
  },
});
