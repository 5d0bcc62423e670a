import { z } from "zod";
import { defineDrill } from "../../core/drill.ts";
import { memberSelector } from "../../core/fields.ts";
import { memberOf } from "../../core/view.ts";
import { formatSize } from "../../util/size.ts";
import { leaderLast } from "../shared/leader-last.ts";
import { own } from "../shared/own.ts";
import { pickUp } from "../shared/pick.ts";
import { namesOf } from "../shared/processes.ts";

type Seen = { readonly [member: string]: number | null };

/** What writes during the drill may add to a database that was just made small: pages that commits take while the members are done one by one. */
const GROWTH_ALLOWED_BYTES = 4 * 1024 * 1024;

/** Defragments members one by one while clients work. */
export const etcdDefrag = defineDrill({
  id: "etcd-defrag",
  title: "Defragment etcd under load",
  summary:
    "Rewrites the database of each member, one after the other and the leader last. A member serves nobody meanwhile; shows how long that is for your data, and whether clients notice.",
  needs: ["etcd"],
  blastRadius: "member",
  params: z.strictObject({
    members: memberSelector().default("all").describe("Whose databases are rewritten: a role, or a member's name."),
  }),
  effect: "Every member confirmed the rewrite, and no database is larger than before.",
  undoes: "Nothing to put back: the data is the same.",
  proveAfter: "break",
  prepare: async (context, { members }) => {
    const view = await context.target.look(context.signal);
    return { members: leaderLast(view, namesOf(pickUp(view, members, context.random))) };
  },
  plan: ({ members }) => ({
    breaks: members.map((member) => ({ op: "etcd.defrag", member })),
    recovers: [],
    undo: [],
    cleanup: [],
    // One at a time, for as long as its rewrite takes: never all of them together, so nobody counts as down.
    membersDown: [],
  }),
  fingerprint: async (context, state): Promise<Seen> => {
    const view = await context.target.look(context.signal);
    return Object.fromEntries(state.members.map((name) => [name, memberOf(view, name)?.dbSizeBytes ?? null]));
  },
  prove: (before, after, state, evidence) => {
    if (evidence.length < state.members.length) {
      return { proved: false, because: `${evidence.length} of ${state.members.length} members confirmed the rewrite` };
    }
    const was = own<Seen>(before);
    const is = own<Seen>(after);
    const told = state.members.map((name) => `${name} ${text(was[name])} to ${text(is[name])}`).join(", ");
    const grown = state.members.filter((name) => (is[name] ?? Infinity) > (was[name] ?? 0) + GROWTH_ALLOWED_BYTES);
    return grown.length > 0 ? { proved: false, because: `larger than before: ${told}` } : { proved: true, because: `rewritten: ${told}` };
  },
});

function text(sizeBytes: number | null | undefined): string {
  return typeof sizeBytes === "number" ? formatSize(sizeBytes) : "unknown";
}
