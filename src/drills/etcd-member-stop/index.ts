import { z } from "zod";
import { defineDrill } from "../../core/drill.ts";
import { memberSelector } from "../../core/fields.ts";
import { fingerprintDown, prepareDown, proveDown, undoDown } from "../shared/processes.ts";

/** Stops a member politely, as an upgrade or a reboot does. */
export const etcdMemberStop = defineDrill({
  id: "etcd-member-stop",
  title: "Stop an etcd member gracefully",
  summary:
    "Ends the member's process with SIGTERM and keeps it down. A leader hands over first, so clients should hardly notice; shows that planned work on one machine is safe.",
  needs: ["etcd", "etcdProcess"],
  blastRadius: "member",
  params: z.strictObject({
    member: memberSelector().default("leader").describe("Which member to stop: a role, or a member's name."),
  }),
  effect: "The process with the member's pid and start time is gone, and none has taken its place.",
  undoes: "Starts the member again and waits until it answers.",
  proveAfter: "break",
  prepare: (context, { member }) => prepareDown(context, member),
  plan: (state) => ({
    breaks: state.members.map((member) => ({ op: "member.stop", member, how: "term" })),
    recovers: [],
    undo: undoDown(state),
    cleanup: [],
    membersDown: state.members,
  }),
  fingerprint: fingerprintDown,
  prove: proveDown,
});
