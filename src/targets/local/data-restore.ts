// Restoring a snapshot into a member's data folder with etcd's own tool.
import { rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { FiredrillError } from "../../core/errors.ts";
import { fsyncFolder } from "../../util/atomic-file.ts";
import type { Json } from "../../util/json.ts";
import { snapshotTool } from "../shared/assets.ts";
import { runTool } from "../shared/exec.ts";
import { requireSpace } from "../shared/free-space.ts";
import { ETCD_TOOL_ENV } from "../shared/tool-env.ts";
import type { DataContext, DataOp } from "./data-ops.ts";

type RestoreOp = Extract<DataOp, { op: "data.restore" }>;

/** A restore rewrites the whole database; a terabyte is no case, a slow disk is. */
const RESTORE_MS = 600_000;
/** The restored folder holds one segment of write-ahead log, reserved in full (etcd's SegmentSizeBytes, 64 MB). */
const LOG_SEGMENT_BYTES = 64 * 1024 * 1024;

/** The exact command line of a restore into a folder that is renamed to `data` afterwards. */
export function restoreArgv(op: RestoreOp, data: string, context: DataContext, tool: string): readonly string[] {
  const bumps = op.bumpRevision > 0 && context.tools.can.bumpRevision;
  return [
    tool,
    "snapshot",
    "restore",
    op.snapshot,
    `--name=${op.member}`,
    `--initial-cluster=${op.members.map((member) => `${member}=${context.peerUrl(member)}`).join(",")}`,
    // As two arguments: the journal takes everything that reads "token=…" for a secret, and this one is none.
    "--initial-cluster-token",
    op.token,
    `--initial-advertise-peer-urls=${context.peerUrl(op.member)}`,
    `--data-dir=${restorePart(data)}`,
    // etcd refuses either of the two without the other.
    ...(bumps ? [`--bump-revision=${op.bumpRevision}`, "--mark-compacted"] : []),
  ];
}

/** Restores; `data` must be absent or empty. A tool that cannot bump restores all the same, and the evidence says so. */
export async function restoreData(op: RestoreOp, data: string, context: DataContext, signal: AbortSignal): Promise<Json> {
  if (op.bumpRevision > 0 !== op.markCompacted) {
    throw new FiredrillError(
      "USAGE",
      `a restore with bumpRevision ${op.bumpRevision} and markCompacted ${op.markCompacted} is refused by etcd`,
      {
        hint: "set both or neither",
      },
    );
  }
  const snapshot = await stat(op.snapshot).catch(() => null);
  if (snapshot === null) throw new FiredrillError("SNAPSHOT_INVALID", `there is no snapshot "${op.snapshot}"`, { hint: "save one first" });
  await requireSpace(dirname(data), snapshot.size + LOG_SEGMENT_BYTES);
  const part = restorePart(data);
  await rm(part, { recursive: true, force: true });
  const [file = "", ...args] = restoreArgv(op, data, context, snapshotTool(context.tools));
  try {
    const result = await runTool(file, args, { timeoutMs: RESTORE_MS, env: ETCD_TOOL_ENV }, signal);
    await rmdir(data).catch(() => undefined);
    await rename(part, data);
    fsyncFolder(dirname(data));
    const bumped = op.bumpRevision > 0 && context.tools.can.bumpRevision ? op.bumpRevision : 0;
    return {
      argv: result.argv,
      tookMs: result.tookMs,
      path: data,
      revisionBumpedBy: bumped,
      note:
        bumped === op.bumpRevision
          ? null
          : `etcd ${context.tools.version} has no --bump-revision: watch caches are not told that history changed`,
    };
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

/** Where a restore works until it is whole. */
export function restorePart(data: string): string {
  return `${data}.restore-part`;
}
