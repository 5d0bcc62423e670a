import { z } from "zod";
import { defineDrill } from "../../core/drill.ts";
import { memberSelector } from "../../core/fields.ts";
import { monoMs } from "../../util/clock.ts";
import { isObject } from "../../util/json.ts";
import { pickOne } from "../shared/pick.ts";

/** Takes a snapshot and checks it the hard way: by restoring it. */
export const etcdSnapshot = defineDrill({
  id: "etcd-snapshot",
  title: "Take a snapshot and prove that it restores",
  summary:
    "Saves a snapshot and climbs the whole ladder: the file's own checksum, its status, a throw-away restore that boots, a count of its keys, and the newest write in it. Shows that the backup procedure gives backups.",
  needs: ["etcd"],
  blastRadius: "none",
  params: z.strictObject({
    member: memberSelector()
      .default("follower")
      .describe("Which member the snapshot is taken from: a role that stands for one member, or a name."),
  }),
  effect: "The check of the file gives a revision and a SHA-256, and no rung of the ladder failed.",
  undoes: "Deletes the file.",
  proveAfter: "break",
  prepare: async (context, { member }) => {
    const view = await context.target.look(context.signal);
    const sentinelPrefix = `/firedrill/${context.runId}/s/`;
    // With the sentinel writer off there is nothing of it to look for in the file.
    const written = await context.target.etcd.count(sentinelPrefix, context.signal);
    return {
      member: pickOne(view, member, context.random).name,
      file: `${context.target.snapshotDir}/${context.tag}.db`,
      sentinelPrefix: written > 0 ? sentinelPrefix : null,
      // Taken before the snapshot is, so that an age counted from here is never too small.
      preparedAtMonoMs: monoMs(),
    };
  },
  plan: ({ member, file, sentinelPrefix, preparedAtMonoMs }) => ({
    breaks: [
      { op: "snapshot.save", member, file },
      { op: "snapshot.verify", file, sentinelPrefix },
    ],
    recovers: [],
    undo: [{ op: "snapshot.remove", file }],
    cleanup: [{ op: "snapshot.remove", file }],
    membersDown: [],
    output: { file, member, preparedAtMonoMs },
  }),
  fingerprint: async () => null,
  prove: (_before, _after, _state, evidence) => {
    const report = evidence[1];
    const rungs = isObject(report) && Array.isArray(report["steps"]) ? report["steps"].filter((rung) => isObject(rung)) : [];
    if (!isObject(report) || rungs.length === 0) return { proved: false, because: "the snapshot was not checked" };
    const failed = rungs.find((rung) => rung["ok"] !== true);
    if (failed !== undefined) return { proved: false, because: `a check of the snapshot failed: ${JSON.stringify(failed)}` };
    const { revision, sha256, keys } = report;
    if (typeof revision !== "number" || typeof sha256 !== "string")
      return { proved: false, because: "the check gave no revision or no digest" };
    const counted = typeof keys === "number" ? `${keys} keys, ` : "";
    return { proved: true, because: `revision ${revision}, ${counted}SHA-256 ${sha256.slice(0, 16)}…, ${rungs.length} checks passed` };
  },
});
