import { z } from "zod";
import { defineDrill } from "../../core/drill.ts";
import { own } from "../shared/own.ts";
import { pickUp } from "../shared/pick.ts";

type Seen = {
  readonly compactRevision: number;
  /** The revision before the one at which the drill looked can still be asked for. */
  readonly hasHistory: boolean;
};

/** Drops etcd's history up to now while clients work. */
export const etcdCompact = defineDrill({
  id: "etcd-compact",
  title: "Compact etcd's history under load",
  summary:
    "Compacts to the current revision. Watchers that are behind get an error and must list again; shows whether clients do, and what the compaction costs in latency.",
  needs: ["etcd"],
  blastRadius: "none",
  params: z.strictObject({
    physical: z.boolean().default(true).describe("Wait until the old revisions are gone from the database, not only from sight."),
  }),
  effect: "The compacted revision that HashKV reports rose, or a revision that could be asked for before is gone.",
  undoes: "Nothing to put back; history that was dropped does not return, and no current value is touched.",
  proveAfter: "break",
  prepare: async (context) => {
    const view = await context.target.look(context.signal);
    const [asked] = pickUp(view, view.leader ?? "one", context.random);
    return { asked: asked?.name ?? "", revision: await context.target.etcd.revision(context.signal) };
  },
  plan: (_state, { physical }) => ({ breaks: [{ op: "etcd.compact", physical }], recovers: [], undo: [], cleanup: [], membersDown: [] }),
  fingerprint: async (context, { asked, revision }): Promise<Seen> => {
    const { hashKV } = context.target.etcd;
    const { compactRevision } = await hashKV(asked, 0, context.signal);
    // On a cluster without writes, HashKV at exactly the compacted revision goes on reporting the compaction before: ask for older.
    const hasHistory = await hashKV(asked, Math.max(1, revision - 1), context.signal).then(
      () => true,
      () => false,
    );
    context.signal.throwIfAborted();
    return { compactRevision, hasHistory };
  },
  prove: (before, after, state) => {
    const was = own<Seen>(before);
    const is = own<Seen>(after);
    if (is.compactRevision > was.compactRevision) {
      return { proved: true, because: `compacted up to ${is.compactRevision}, before ${Math.max(0, was.compactRevision)}` };
    }
    if (was.hasHistory && !is.hasHistory) {
      return { proved: true, because: `history from before revision ${state.revision} is gone and was there before` };
    }
    return { proved: false, because: `the compacted revision is still ${Math.max(0, is.compactRevision)}` };
  },
});
