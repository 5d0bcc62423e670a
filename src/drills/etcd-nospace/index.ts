import { z } from "zod";
import { defineDrill } from "../../core/drill.ts";
import { FiredrillError } from "../../core/errors.ts";
import { size } from "../../core/fields.ts";
import type { Op } from "../../core/op.ts";
import { formatSize } from "../../util/size.ts";
import { leaderLast } from "../shared/leader-last.ts";
import { own } from "../shared/own.ts";
import { isUp } from "../shared/pick.ts";
import { namesOf } from "../shared/processes.ts";

type Seen = { readonly [member: string]: readonly string[] };

/** Size of one filler value: large, so that filling is quick, and far below etcd's default --max-request-bytes of 1.5 MiB. */
const VALUE_BYTES = 256 * 1024;

/** Fills the database to its quota, so that etcd raises NOSPACE and refuses writes. */
export const etcdNospace = defineDrill({
  id: "etcd-nospace",
  title: "Fill etcd to its quota",
  summary:
    "Writes until etcd raises the NOSPACE alarm and refuses every further write; the undo deletes the filler, compacts, defragments each member and disarms the alarm. Rehearses the one etcd outage that no restart ends.",
  needs: ["etcd"],
  blastRadius: "majority",
  params: z.strictObject({
    maxFill: size().prefault("64MiB").describe("Most that is written. The drill is refused when the quota is larger."),
  }),
  effect: "The NOSPACE alarm is listed for at least one member.",
  undoes: "Deletes the filler, compacts the history, defragments each member with the leader last, and disarms the alarm on every member.",
  proveAfter: "break",
  prepare: async (context, { maxFill }) => {
    const view = await context.target.look(context.signal);
    const alarmed = view.members.find((member) => member.alarms.includes("NOSPACE"));
    if (alarmed !== undefined)
      throw new FiredrillError("NOT_STEADY", `NOSPACE is already raised for "${alarmed.name}"`, { hint: "disarm it first" });
    const members = leaderLast(view, namesOf(view.members.filter(isUp)));
    const [first] = members;
    const quotaBytes = first === undefined ? null : await context.target.etcd.quotaBytes(first, context.signal);
    if (quotaBytes === null || quotaBytes > maxFill) {
      const is = quotaBytes === null ? "cannot be read" : `is ${formatSize(quotaBytes)}`;
      throw new FiredrillError("GUARD_REFUSED", `etcd's quota ${is}, and at most ${formatSize(maxFill)} may be written`, {
        hint: "give the playbook a target with a small quota (spec.target: { etcd: { quota: 16MiB } }), or raise maxFill",
      });
    }
    return { members, prefix: `/firedrill/${context.runId}/fill/` };
  },
  plan: ({ members, prefix }, { maxFill }) => ({
    breaks: [{ op: "etcd.fill", prefix, maxBytes: maxFill, valueBytes: VALUE_BYTES }],
    recovers: [],
    undo: [
      { op: "etcd.deletePrefix", prefix },
      { op: "etcd.compact", physical: true },
      ...members.map((member): Op => ({ op: "etcd.defrag", member })),
      { op: "etcd.disarm", alarm: "NOSPACE" },
    ],
    cleanup: [],
    // Every process runs and reads are answered: it is writes that are refused, so nobody counts as down.
    membersDown: [],
  }),
  fingerprint: async (context): Promise<Seen> => {
    const view = await context.target.look(context.signal);
    return Object.fromEntries(view.members.map((member) => [member.name, member.alarms]));
  },
  prove: (before, after) => {
    const raised = (seen: Seen): readonly string[] => Object.keys(seen).filter((name) => seen[name]?.includes("NOSPACE") === true);
    const is = raised(own<Seen>(after));
    if (is.length === 0) return { proved: false, because: "no member lists the NOSPACE alarm" };
    if (raised(own<Seen>(before)).length > 0) return { proved: false, because: "NOSPACE was raised before, so nothing changed" };
    return { proved: true, because: `NOSPACE raised for ${is.join(", ")}` };
  },
});
