import { z } from "zod";
import { defineDrill } from "../../core/drill.ts";
import type { Op } from "../../core/op.ts";
import { own } from "../shared/own.ts";
import { votersOf } from "../shared/pick.ts";
import { bringAllBack, priorOf } from "../shared/prior.ts";
import { namesOf } from "../shared/processes.ts";
import { snapshotFile } from "../shared/snapshot-file.ts";

type Seen = { readonly clusterId: string | null; readonly leader: string | null };

/** Loses every member's data, and rebuilds the cluster from a snapshot. */
export const etcdSnapshotRestore = defineDrill({
  id: "etcd-snapshot-restore",
  title: "Lose everything, restore from a snapshot",
  summary:
    "Kills every member and takes all data away; then restores the snapshot on each, with the revision raised so that clients' caches notice, and starts a new cluster from it. Writes made after the snapshot are lost: the drill shows how many, and how long it takes.",
  needs: ["etcd", "etcdProcess", "etcdData"],
  blastRadius: "cluster",
  params: z.strictObject({
    from: z.string().min(1).describe("Name of the earlier step that took the snapshot, or the path of a snapshot file."),
    bumpRevision: z
      .int()
      .min(0)
      .default(1_000_000_000)
      .describe(
        "Added to the revision, so that no client sees it go backwards; 0 for none. More than could be written since the snapshot was taken.",
      ),
    markCompacted: z
      .boolean()
      .default(true)
      .describe(
        "Mark everything up to the raised revision as compacted, which makes watchers start afresh. etcd asks for it with any bumpRevision.",
      ),
  }),
  effect: "The members form a cluster with another cluster id, and have a leader.",
  undoes: "Stops every member, puts the old data back, and starts those that ran before.",
  proveAfter: "recover",
  prepare: async (context, { from, bumpRevision, markCompacted }) => {
    const snapshot = snapshotFile(context, from, { bumpRevision, markCompacted });
    const view = await context.target.look(context.signal);
    return { prior: priorOf(view, namesOf(votersOf(view))), snapshot, tag: context.tag };
  },
  plan: ({ prior, snapshot, tag }, { bumpRevision, markCompacted }) => {
    const each = (op: (member: string) => Op): readonly Op[] => prior.members.map((member) => op(member));
    const members = [...prior.members];
    return {
      breaks: [
        ...each((member) => ({ op: "member.stop", member, how: "kill" })),
        ...each((member) => ({ op: "data.setAside", member, tag })),
      ],
      recovers: [
        ...each((member) => ({
          op: "data.restore",
          member,
          members,
          snapshot,
          token: tag,
          bumpRevision,
          markCompacted: markCompacted && bumpRevision > 0,
        })),
        ...each((member) => ({ op: "member.start", member })),
        { op: "wait.answers", members, withLeader: true },
      ],
      undo: bringAllBack(prior, tag),
      cleanup: each((member) => ({ op: "data.discardAside", member, tag })),
      membersDown: members,
    };
  },
  fingerprint: async (context): Promise<Seen> => {
    const view = await context.target.look(context.signal);
    return { clusterId: view.clusterId, leader: view.leader };
  },
  prove: (before, after) => {
    const was = own<Seen>(before);
    const is = own<Seen>(after);
    if (is.clusterId === null || is.leader === null) return { proved: false, because: "the restored cluster has no id or no leader yet" };
    if (is.clusterId === was.clusterId) return { proved: false, because: `the cluster id is still ${is.clusterId}: nothing was restored` };
    return { proved: true, because: `cluster id ${is.clusterId}, before ${was.clusterId ?? "unknown"}; ${is.leader} leads` };
  },
});
