// Snapshot operations. Saving is left to etcdctl: the command in the report is then the one an operator would type.
import { lstat, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { FiredrillError } from "../../core/errors.ts";
import type { Op } from "../../core/op.ts";
import type { Connection } from "../../core/target.ts";
import { fsyncFolder } from "../../util/atomic-file.ts";
import type { Json } from "../../util/json.ts";
import { formatSize } from "../../util/size.ts";
import { type EtcdTools, snapshotTool } from "./assets.ts";
import type { EtcdClients } from "./etcd-client.ts";
import { printArgv, runTool } from "./exec.ts";
import { readTrailer } from "./snapshot-trailer.ts";
import { type SnapshotReport, verifySnapshot } from "./snapshot-verify.ts";
import { ETCD_TOOL_ENV } from "./tool-env.ts";

export interface SnapshotContext {
  readonly tools: EtcdTools;
  readonly connection: Connection;
  readonly clients: EtcdClients;
  readonly scratchDir: string;
}

export type SnapshotOp = Extract<Op, { op: `snapshot.${string}` }>;

/** Gigabytes over a slow disk; without a limit a hung member would hold the run. */
const SAVE_MS = 600_000;
/** etcdctl itself gives up after 5 s (its --command-timeout). */
const STATUS_MS = 15_000;

/** Carries out one snapshot operation; gives what was done. `snapshot.verify` throws SNAPSHOT_INVALID naming the first rung that fails. */
export async function performSnapshotOp(op: SnapshotOp, context: SnapshotContext, signal: AbortSignal): Promise<Json> {
  signal.throwIfAborted();
  switch (op.op) {
    case "snapshot.save":
      return save(op.member, op.file, context, signal);
    case "snapshot.verify":
      return verify(op.file, op.sentinelPrefix, context, signal);
    case "snapshot.remove":
      return remove(op.file);
  }
}

/** The command lines that do the same as `performSnapshotOp`, for a plan. */
export function describeSnapshotOp(op: SnapshotOp, context: SnapshotContext): string {
  switch (op.op) {
    case "snapshot.save": {
      const { endpoint, rest } = saveArgs(op.member, op.file, context);
      return printArgv([context.tools.etcdctl, ...endpoint, ...rest]);
    }
    case "snapshot.verify": {
      const tool = context.tools.etcdutl ?? context.tools.etcdctl;
      return [
        `sha256 of all but the last 32 bytes of ${printArgv([op.file])} against those`,
        printArgv([tool, "snapshot", "status", op.file, "--write-out=json"]),
        `${printArgv([tool, "snapshot", "restore", op.file])} into a throw-away member on 127.0.0.1`,
        ...(op.sentinelPrefix === null ? ["count keys"] : [`count keys, read the last under "${op.sentinelPrefix}"`]),
      ].join("; ");
    }
    case "snapshot.remove":
      return printArgv(["rm", "-f", op.file]);
  }
}

async function save(member: string, file: string, context: SnapshotContext, signal: AbortSignal): Promise<Json> {
  const part = `${file}.part`;
  await rm(part, { force: true });
  const { endpoint, rest } = saveArgs(member, part, context);
  const program = context.tools.etcdctl;
  // Without this a member that is down would hold the save until its limit: `snapshot save` waits for a connection for ever.
  await runTool(program, [...endpoint, "endpoint", "status"], { timeoutMs: STATUS_MS, env: ETCD_TOOL_ENV }, signal);
  try {
    const result = await runTool(program, [...endpoint, ...rest], { timeoutMs: SAVE_MS, env: ETCD_TOOL_ENV }, signal);
    await using handle = await open(part, "r");
    // A snapshot holds every Secret of a cluster.
    await handle.chmod(0o600);
    await handle.sync();
    const trailer = await readTrailer(part, signal);
    if (!trailer.ok) {
      throw new FiredrillError("SNAPSHOT_INVALID", `the snapshot of "${member}" that was just saved is broken: ${trailer.detail}`, {
        hint: "look at the disk and the log of that member, and save from another one",
      });
    }
    await rename(part, file);
    fsyncFolder(dirname(file));
    return { argv: result.argv, tookMs: result.tookMs, member, file, sizeBytes: trailer.sizeBytes, sha256: trailer.sha256 };
  } finally {
    // Only etcdctl's own unfinished file can be left beside ours, when it was ended early.
    for (const left of [part, `${part}.part`]) await rm(left, { force: true });
  }
}

function saveArgs(
  member: string,
  file: string,
  context: SnapshotContext,
): { readonly endpoint: readonly string[]; readonly rest: readonly string[] } {
  const { members, tls } = context.connection;
  const url = members.find(({ name }) => name === member)?.clientUrl;
  if (url === undefined) {
    throw new FiredrillError("NOTHING_PICKED", `there is no member "${member}" to take a snapshot of`, {
      hint: `the members are ${members.map(({ name }) => name).join(", ")}`,
    });
  }
  const certificates = tls === null ? [] : [`--cacert=${tls.caFile}`, `--cert=${tls.certFile}`, `--key=${tls.keyFile}`];
  return { endpoint: [`--endpoints=${url}`, ...certificates], rest: ["snapshot", "save", file] };
}

async function verify(file: string, sentinelPrefix: string | null, context: SnapshotContext, signal: AbortSignal): Promise<Json> {
  const { tools, scratchDir } = context;
  const report = await verifySnapshot(file, { tools, scratchDir, sentinelPrefix }, signal);
  const failed = report.steps.find((step) => !step.ok);
  if (failed !== undefined) {
    throw new FiredrillError("SNAPSHOT_INVALID", `snapshot "${file}" fails "${failed.name}": ${failed.detail}`, {
      hint: "do not rely on it: take another one, and keep this file to find out what went wrong",
    });
  }
  return asJson(report, tools);
}

function asJson(report: SnapshotReport, tools: EtcdTools): Json {
  return {
    file: report.file,
    size: formatSize(report.sizeBytes),
    sizeBytes: report.sizeBytes,
    sha256: report.sha256,
    revision: report.revision,
    keys: report.keys,
    sentinelHighest: report.sentinelHighest,
    tool: snapshotTool(tools),
    steps: report.steps.map(({ name, ok, detail, argv }) => ({ name, ok, detail, argv: argv ?? null })),
  };
}

async function remove(file: string): Promise<Json> {
  const info = await lstat(file).catch(() => null);
  if (info !== null && !info.isFile())
    throw new FiredrillError("DATA_DIR_UNUSABLE", `"${file}" is no file`, { hint: "a snapshot is one file" });
  for (const path of [file, `${file}.part`, `${file}.part.part`]) await rm(path, { force: true });
  return { file, did: info === null ? "nothing: it was not there" : "removed" };
}
