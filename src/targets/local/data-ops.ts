// What drills do to a member's data folder while the member is down. Every change takes its final name by one rename, so that a runner
// killed in between leaves either the old state or the new one, and doing the same operation again finishes it.
// `data` is the member's folder, `data.<tag>` what was set aside of it, `data.<tag>.part` and `data.<tag>.discarded` are unfinished work.
import { lstat, readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FiredrillError } from "../../core/errors.ts";
import type { Op } from "../../core/op.ts";
import { fsyncFolder } from "../../util/atomic-file.ts";
import type { Json } from "../../util/json.ts";
import { type EtcdTools, snapshotTool } from "../shared/assets.ts";
import { printArgv } from "../shared/exec.ts";
import { requireSpace } from "../shared/free-space.ts";
import { copyTree, findOffsets, flipBits, treeSize } from "./data-files.ts";
import { restoreArgv, restoreData, restorePart } from "./data-restore.ts";

export interface DataContext {
  readonly dataDir: (member: string) => string;
  readonly peerUrl: (member: string) => string;
  readonly tools: EtcdTools;
  readonly isRunning: (member: string) => Promise<boolean>;
}

export type DataOp = Extract<Op, { op: `data.${string}` }>;

/** What a running etcd may need besides a copy of its data: it reserves write-ahead log in pieces of 64 MB (SegmentSizeBytes). */
const HEADROOM_BYTES = 64 * 1024 * 1024;
const ASIDE = /^(fd-[a-z0-9-]+)(?:\.part|\.discarded)?$/;
const SHOWN_OFFSETS = 20;

/** Carries out one operation on a data folder; gives what was done. Refuses while the member runs, but for `data.discardAside`. */
export async function performDataOp(op: DataOp, context: DataContext, signal: AbortSignal): Promise<Json> {
  signal.throwIfAborted();
  // Removing what was set aside does not touch the folder in use, and is done when the drill is over and members run again.
  if (op.op !== "data.discardAside" && (await context.isRunning(op.member))) {
    throw new FiredrillError("DATA_DIR_UNUSABLE", `member "${op.member}" is running: its data folder must not be touched`, {
      hint: `stop "${op.member}" first`,
    });
  }
  const data = context.dataDir(op.member);
  switch (op.op) {
    case "data.setAside":
      return setAside(data, asideOf(data, op.tag));
    case "data.copyAside":
      return copyAside(data, asideOf(data, op.tag), signal);
    case "data.bringBack":
      return bringBack(data, asideOf(data, op.tag));
    case "data.discardAside":
      return discardAside(data, asideOf(data, op.tag));
    case "data.flip":
      return flip(join(data, "member", "snap", "db"), op.marker, signal);
    case "data.restore":
      if (!(await isAbsentOrEmpty(data))) {
        throw new FiredrillError("DATA_DIR_UNUSABLE", `"${data}" holds data: a snapshot is not restored over it`, {
          hint: `set the data of "${op.member}" aside first`,
        });
      }
      return restoreData(op, data, context, signal);
  }
}

/** The command line that does the same as `performDataOp`, for a plan. */
export function describeDataOp(op: DataOp, context: DataContext): string {
  const data = context.dataDir(op.member);
  switch (op.op) {
    case "data.setAside":
      return printArgv(["mv", data, asideOf(data, op.tag)]);
    case "data.copyAside":
      return printArgv(["cp", "-a", data, asideOf(data, op.tag)]);
    case "data.bringBack":
      return `${printArgv(["rm", "-rf", data])} && ${printArgv(["mv", asideOf(data, op.tag), data])}`;
    case "data.discardAside":
      return printArgv(["rm", "-rf", asideOf(data, op.tag)]);
    case "data.flip":
      return `flip one bit in each "${op.marker}" in ${printArgv([join(data, "member", "snap", "db")])}`;
    case "data.restore":
      return printArgv(restoreArgv(op, data, context, describedTool(context.tools)));
  }
}

/** Everything set aside that lies beside the members' data folders, one entry a tag, found by looking. */
export async function findAsides(
  context: DataContext,
  members: readonly string[],
): Promise<readonly { member: string; tag: string; path: string }[]> {
  const found: { member: string; tag: string; path: string }[] = [];
  for (const member of members) {
    const data = context.dataDir(member);
    const prefix = `${basename(data)}.`;
    const names = await readdir(dirname(data)).catch(() => []);
    const tags = names.filter((name) => name.startsWith(prefix)).map((name) => ASIDE.exec(name.slice(prefix.length))?.[1]);
    for (const tag of new Set(tags)) if (tag !== undefined) found.push({ member, tag, path: asideOf(data, tag) });
  }
  return found;
}

async function setAside(data: string, aside: string): Promise<Json> {
  const there = await exists(data);
  if (await exists(aside)) {
    if (there && !(await isAbsentOrEmpty(data))) {
      throw new FiredrillError("DATA_DIR_UNUSABLE", `"${aside}" is already there, and "${data}" holds data as well`, {
        hint: "one of the two is from another run: move it away by hand after looking at both",
      });
    }
    if (there) await rmdir(data);
    return { path: aside, did: "already aside" };
  }
  // What matters holds already: no data under the member's own name. A replacement interrupted before its first start looks like this.
  if (!there) return { path: aside, did: "nothing: there was no data" };
  await renameDurably(data, aside);
  return { path: aside, did: "renamed" };
}

async function copyAside(data: string, aside: string, signal: AbortSignal): Promise<Json> {
  if (await exists(aside)) return { path: aside, did: "already aside" };
  if (!(await exists(data))) throw noData(data);
  const sizeBytes = await treeSize(data, signal);
  await requireSpace(dirname(data), sizeBytes + HEADROOM_BYTES);
  const part = `${aside}.part`;
  await rm(part, { recursive: true, force: true });
  await copyTree(data, part, signal);
  await renameDurably(part, aside);
  return { path: aside, did: "copied", sizeBytes };
}

async function bringBack(data: string, aside: string): Promise<Json> {
  const discarded = `${aside}.discarded`;
  for (const part of [`${aside}.part`, restorePart(data)]) await rm(part, { recursive: true, force: true });
  if (!(await exists(aside))) {
    // Without an aside there is nothing newer to prefer: what was about to be discarded is all there is.
    if ((await exists(discarded)) && !(await exists(data))) await renameDurably(discarded, data);
    else await rm(discarded, { recursive: true, force: true });
    return { path: data, did: "nothing: nothing was aside" };
  }
  // 1. What is there now goes out of the way. If we die here, the next try finds the aside and goes on with 2.
  if (await exists(data)) {
    await rm(discarded, { recursive: true, force: true });
    await renameDurably(data, discarded);
  }
  // 2. The aside takes its place back. If we die here, the next try finds no aside and does 3.
  await renameDurably(aside, data);
  // 3. Only now is anything deleted.
  await rm(discarded, { recursive: true, force: true });
  return { path: data, did: "brought back" };
}

async function discardAside(data: string, aside: string): Promise<Json> {
  const there = await exists(aside);
  for (const path of [aside, `${aside}.part`, `${aside}.discarded`]) await rm(path, { recursive: true, force: true });
  fsyncFolder(dirname(data));
  return { path: aside, did: there ? "removed" : "nothing: nothing was aside" };
}

async function flip(file: string, marker: string, signal: AbortSignal): Promise<Json> {
  if (!(await exists(file))) throw noData(file);
  const bytes = Buffer.from(marker);
  const offsets = await findOffsets(file, bytes, signal);
  if (offsets.length === 0) {
    throw new FiredrillError("DATA_DIR_UNUSABLE", `"${file}" does not contain the marker "${marker}"`, {
      hint: "write the marker and let etcd commit it (it does so every 100 ms) before its member is stopped",
    });
  }
  // The last byte of the marker: its length stays, so the database stays readable and only its content is wrong.
  await flipBits(
    file,
    offsets.map((offset) => offset + bytes.length - 1),
  );
  return { path: file, flipped: offsets.length, offsets: offsets.slice(0, SHOWN_OFFSETS) };
}

function asideOf(data: string, tag: string): string {
  return `${data}.${tag}`;
}

/** A plan may be printed where no tool fits; carrying it out says so then. */
function describedTool(tools: EtcdTools): string {
  try {
    return snapshotTool(tools);
  } catch {
    return "etcdutl";
  }
}

async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  fsyncFolder(dirname(to));
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch((error: unknown) => absent(error))) !== null;
}

function absent(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
}

async function isAbsentOrEmpty(folder: string): Promise<boolean> {
  return !(await exists(folder)) || (await readdir(folder)).length === 0;
}

function noData(path: string): FiredrillError {
  return new FiredrillError("DATA_DIR_UNUSABLE", `there is no "${path}"`, {
    hint: "the member has never been started, or its data was moved",
  });
}
