import { z } from "zod";
import { defineDrill } from "../../core/drill.ts";
import { memberSelector } from "../../core/fields.ts";
import { fingerprintDown, prepareDown, proveDown, undoDown } from "../shared/processes.ts";

/** Kills a member without warning, as a power cut or the kernel's out-of-memory killer does. */
export const etcdMemberCrash = defineDrill({
  id: "etcd-member-crash",
  title: "Crash an etcd member",
  summary:
    "Ends the member's process with SIGKILL and keeps it down. A leader cannot hand over: writes wait for an election. Shows how long clients are without service when a machine dies.",
  needs: ["etcd", "etcdProcess"],
  blastRadius: "member",
  params: z.strictObject({
    member: memberSelector().default("leader").describe("Which member to kill: a role, or a member's name."),
  }),
  effect: "The process with the member's pid and start time is gone, and none has taken its place.",
  undoes: "Starts the member again and waits until it answers.",
  proveAfter: "break",
  prepare: (context, { member }) => prepareDown(context, member),
  plan: (state) => ({
    breaks: state.members.map((member) => ({ op: "member.stop", member, how: "kill" })),
    recovers: [],
    undo: undoDown(state),
    cleanup: [],
    membersDown: state.members,
  }),
  fingerprint: fingerprintDown,
  prove: proveDown,
});
