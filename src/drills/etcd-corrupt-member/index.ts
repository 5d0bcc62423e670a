import { z } from "zod";
import { defineDrill } from "../../core/drill.ts";
import { FiredrillError } from "../../core/errors.ts";
import { memberSelector } from "../../core/fields.ts";
import { type Hashes, hashesAt } from "../shared/hashes.ts";
import { own } from "../shared/own.ts";
import { isUp, pickOne, spareVoters, votersOf } from "../shared/pick.ts";
import { namesOf } from "../shared/processes.ts";

/** Changes one value in one member's database behind etcd's back. */
export const etcdCorruptMember = defineDrill({
  id: "etcd-corrupt-member",
  title: "Corrupt one etcd member's database",
  summary:
    "Writes a marker key, stops a member, flips the marker's bytes in its database file, and starts it again. The member runs, votes and serves wrong data; shows whether anything in your monitoring notices.",
  needs: ["etcd", "etcdProcess", "etcdData"],
  blastRadius: "member",
  params: z.strictObject({
    member: memberSelector().default("follower").describe("Whose database is changed: a role that stands for one member, or a name."),
  }),
  effect: "At one revision the member's HashKV differs from all others', which agree.",
  undoes:
    "Deletes the marker and compacts it out of every member's history, which leaves nothing that differs; starts the member if it is down and disarms CORRUPT if etcd noticed.",
  proveAfter: "break",
  prepare: async (context, { member }) => {
    const view = await context.target.look(context.signal);
    const picked = pickOne(view, member, context.random);
    const others = namesOf(votersOf(view).filter((voter) => isUp(voter) && voter.name !== picked.name));
    if (spareVoters(view) < 1 || others.length < 2) {
      throw new FiredrillError(
        "GUARD_REFUSED",
        `corrupting "${picked.name}" needs two other members that are right, ${others.length} are up`,
        {
          hint: "use a cluster of three or more with every member up",
        },
      );
    }
    const prefix = `/firedrill/${context.runId}/corrupt-${context.tag}/`;
    return { member: picked.name, others, prefix, marker: `firedrill-marker-${context.runId}-${context.tag}` };
  },
  plan: ({ member, others, prefix, marker }) => ({
    breaks: [
      { op: "etcd.put", key: `${prefix}marker`, value: marker },
      // A linearizable read through the member: it has applied the marker. Its polite end then commits it to the file.
      { op: "wait.answers", members: [member, ...others], withLeader: true },
      { op: "member.stop", member, how: "term" },
      { op: "data.flip", member, marker },
      { op: "member.start", member },
      { op: "wait.answers", members: [member], withLeader: true },
    ],
    recovers: [],
    // Not by an older copy of the data folder: the member has voted and acknowledged entries since, and a voter that forgets what it
    // acknowledged breaks raft (its leader makes it panic with "tocommit is out of range"). See notes.md.
    undo: [
      { op: "etcd.disarm", alarm: "CORRUPT" },
      { op: "etcd.deletePrefix", prefix },
      { op: "etcd.compact", physical: true },
      { op: "member.start", member },
      { op: "wait.answers", members: [member, ...others], withLeader: true },
      { op: "etcd.disarm", alarm: "CORRUPT" },
      // HashKV at exactly the compacted revision still answers with the hash taken before: move past it.
      { op: "etcd.put", key: `${prefix}mended`, value: "mended" },
      { op: "etcd.deletePrefix", prefix },
    ],
    cleanup: [],
    membersDown: [member],
  }),
  fingerprint: (context, state): Promise<Hashes> => hashesAt(context.target.etcd, [state.member, ...state.others], context.signal),
  prove: (before, after, state) => {
    const was = own<Hashes>(before);
    const is = own<Hashes>(after);
    const told = [state.member, ...state.others].map((name) => `${name} ${is.hashes[name] ?? "unknown"}`).join(", ");
    const wrong = is.hashes[state.member];
    const right = new Set(state.others.map((name) => is.hashes[name] ?? "unknown"));
    if (wrong === undefined || right.has("unknown")) return { proved: false, because: `not every member gave a hash: ${told}` };
    if (right.size > 1) return { proved: false, because: `the other members differ among themselves: ${told}` };
    if (right.has(wrong)) return { proved: false, because: `${state.member} has the same hash as the others at revision ${is.revision}` };
    if (new Set(Object.values(was.hashes)).size > 1) return { proved: false, because: "the members differed before, so nothing changed" };
    return { proved: true, because: `HashKV at revision ${is.revision}: ${told}` };
  },
});
