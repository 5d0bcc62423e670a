import { z } from "zod";
import { defineDrill } from "../../core/drill.ts";
import { memberSelector } from "../../core/fields.ts";
import { memberOf, processIdentity } from "../../core/view.ts";
import { own } from "../shared/own.ts";
import { prepareDown, waitFor } from "../shared/processes.ts";

type Seen = { readonly [member: string]: { readonly process: string; readonly paused: boolean; readonly answers: boolean } };

/** Freezes a member: its sockets stay open and nothing answers, as with a stuck disk or a frozen virtual machine. */
export const etcdMemberPause = defineDrill({
  id: "etcd-member-pause",
  title: "Freeze an etcd member",
  summary:
    "Stops the member's process with SIGSTOP. Connections stay open and nothing answers, so clients without deadlines hang; shows whether they have deadlines and move on.",
  needs: ["etcd", "etcdProcess"],
  blastRadius: "member",
  params: z.strictObject({
    member: memberSelector().default("leader").describe("Which member to freeze: a role, or a member's name."),
  }),
  effect: "The same process is there, in the stopped state, and no longer answers a status call.",
  undoes: "Lets the process go on (SIGCONT) and waits until it answers.",
  proveAfter: "break",
  prepare: (context, { member }) => prepareDown(context, member),
  plan: (state) => ({
    breaks: state.members.map((member) => ({ op: "member.pause", member })),
    recovers: [],
    undo: [...state.members.map((member) => ({ op: "member.resume" as const, member })), ...waitFor(state.members, state.hadLeader, false)],
    cleanup: [],
    membersDown: state.members,
  }),
  fingerprint: async (context, state): Promise<Seen> => {
    const view = await context.target.look(context.signal);
    return Object.fromEntries(
      state.members.map((name) => {
        const member = memberOf(view, name);
        return [name, { process: processIdentity(member), paused: member?.paused ?? false, answers: member?.answers ?? false }];
      }),
    );
  },
  prove: (before, after, state) => {
    const was = own<Seen>(before);
    const is = own<Seen>(after);
    for (const name of state.members) {
      if (is[name]?.process !== was[name]?.process)
        return { proved: false, because: `${name} is another process now (${is[name]?.process})` };
      if (is[name]?.paused !== true) return { proved: false, because: `${name} is not in the stopped state` };
      if (is[name].answers) return { proved: false, because: `${name} still answers` };
      if (was[name]?.paused === true) return { proved: false, because: `${name} was frozen before, so nothing changed` };
    }
    return { proved: true, because: `stopped and silent: ${state.members.map((name) => `${name} (${is[name]?.process})`).join(", ")}` };
  },
});
