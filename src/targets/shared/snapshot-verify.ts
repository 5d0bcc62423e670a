// The verify ladder: five rungs, each of which can fail on a file that passes the ones below it. Only the third shows that a snapshot
// can be restored, and only the fifth that what a client was told is in it.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { errorLine, FiredrillError } from "../../core/errors.ts";
import { isObject, parseJson } from "../../util/json.ts";
import { type EtcdTools, snapshotTool } from "./assets.ts";
import { runTool } from "./exec.ts";
import { requireSpace } from "./free-space.ts";
import { openScratchFolder } from "./scratch-folder.ts";
import { SCRATCH_NAME, SCRATCH_PEER_URL, type ScratchMember, startScratchMember } from "./scratch-member.ts";
import { readTrailer } from "./snapshot-trailer.ts";
import { ETCD_TOOL_ENV } from "./tool-env.ts";

/** One rung. A rung that was not tried because a lower one failed is not ok, and says so. */
export interface LadderStep {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** The program that was run, if any, exactly. */
  readonly argv?: readonly string[];
}

export interface SnapshotReport {
  readonly file: string;
  readonly sizeBytes: number;
  /** Of the whole file, as sha256sum prints it; empty when there is no file. */
  readonly sha256: string;
  readonly revision: number | null;
  /** Keys that a client of the restored snapshot can read; null when it was not restored. */
  readonly keys: number | null;
  /** Always all five, in order: trailer, status, restore, contents, sentinel. */
  readonly steps: readonly LadderStep[];
  /** Highest sequence number found under the sentinel prefix. */
  readonly sentinelHighest: number | null;
}

export interface VerifyOptions {
  readonly tools: EtcdTools;
  /** Where the throw-away member lives; needs room for the database. */
  readonly scratchDir: string;
  readonly sentinelPrefix: string | null;
}

const STATUS_MS = 300_000;
const RESTORE_MS = 600_000;
/** Two segments of write-ahead log, reserved in full (etcd's SegmentSizeBytes, 64 MB): the restored one and the next. */
const HEADROOM_BYTES = 128 * 1024 * 1024;
const RUNGS = ["trailer", "status", "restore", "contents", "sentinel"] as const;

/**
 * Climbs the ladder and reports every rung. A bad snapshot is a report, never an error; throws when the fault is not the snapshot's
 * (no tool, no room, aborted). Leaves no process and no file behind.
 */
export async function verifySnapshot(file: string, options: VerifyOptions, signal: AbortSignal): Promise<SnapshotReport> {
  const tool = snapshotTool(options.tools);
  const trailer = await readTrailer(file, signal);
  const base = { file, sizeBytes: trailer.sizeBytes, sha256: trailer.sha256 };
  const steps: LadderStep[] = [{ name: "trailer", ok: trailer.ok, detail: trailer.detail }];
  const none = { revision: null, keys: null, sentinelHighest: null };
  if (!trailer.ok) return { ...base, ...none, steps: filled(steps) };

  const status = await readStatus(tool, file, signal);
  steps.push(status.step);
  const { revision } = status;
  if (!status.step.ok || revision === null) return { ...base, ...none, steps: filled(steps) };

  await using scratch = await openScratchFolder(options.scratchDir);
  await requireSpace(scratch.path, (await stat(file)).size + HEADROOM_BYTES);
  const data = join(scratch.path, "data");
  const restored = await restore(tool, file, data, signal);
  const started = restored.ok ? await startScratchMember(options.tools, scratch.path, data, signal) : { why: "" };
  if (!("member" in started)) {
    steps.push(
      restored.ok ? { ...restored, ok: false, detail: `it was restored, but a member does not serve it: ${started.why}` } : restored,
    );
    return { ...base, ...none, revision, steps: filled(steps) };
  }
  await using member = started.member;
  steps.push({ ...restored, detail: "restored, and a throw-away member serves it" });

  const contents = await compareContents(member, status, signal);
  steps.push(contents.step);
  if (!contents.step.ok) return { ...base, ...none, revision, keys: contents.keys, steps: filled(steps) };
  const sentinel = await readSentinel(member, options.sentinelPrefix, signal);
  steps.push(sentinel.step);
  return { ...base, revision, keys: contents.keys, sentinelHighest: sentinel.highest, steps };
}

interface Status {
  readonly step: LadderStep;
  readonly revision: number | null;
  readonly totalKey: number;
}

async function readStatus(tool: string, file: string, signal: AbortSignal): Promise<Status> {
  const args = ["snapshot", "status", file, "--write-out=json"];
  const result = await runTool(tool, args, { timeoutMs: STATUS_MS, env: ETCD_TOOL_ENV, allowFailure: true }, signal);
  const failed = (detail: string): Status => ({
    step: { name: "status", ok: false, detail, argv: result.argv },
    revision: null,
    totalKey: 0,
  });
  if (result.exitCode !== 0) return failed(`exit code ${result.exitCode}: ${lastLine(result.stderrTail)}`);
  const answer = parseJson(result.stdout);
  const revision = isObject(answer) ? answer["revision"] : undefined;
  const totalKey = isObject(answer) ? answer["totalKey"] : undefined;
  if (typeof revision !== "number" || typeof totalKey !== "number") return failed("it names no revision and number of keys");
  return {
    step: { name: "status", ok: true, detail: `revision ${revision}, ${totalKey} keys or records`, argv: result.argv },
    revision,
    totalKey,
  };
}

async function restore(tool: string, file: string, data: string, signal: AbortSignal): Promise<LadderStep> {
  const args = [
    "snapshot",
    "restore",
    file,
    `--name=${SCRATCH_NAME}`,
    `--initial-cluster=${SCRATCH_NAME}=${SCRATCH_PEER_URL}`,
    // As two arguments: the journal takes everything that reads "token=…" for a secret, and this one is none.
    "--initial-cluster-token",
    "firedrill-scratch",
    `--initial-advertise-peer-urls=${SCRATCH_PEER_URL}`,
    `--data-dir=${data}`,
  ];
  const result = await runTool(tool, args, { timeoutMs: RESTORE_MS, env: ETCD_TOOL_ENV, allowFailure: true }, signal);
  const ok = result.exitCode === 0;
  return {
    name: "restore",
    ok,
    detail: ok ? "restored" : `exit code ${result.exitCode}: ${lastLine(result.stderrTail)}`,
    argv: result.argv,
  };
}

/**
 * `totalKey` is an upper bound, not a count of live keys: up to 3.5 it counts every record, and 3.6.16 was seen to count a key deleted at
 * the revision that a restore had marked compacted. The revision must be the same; fewer keys than the file has records are no fault.
 */
async function compareContents(
  member: ScratchMember,
  status: Status,
  signal: AbortSignal,
): Promise<{ readonly step: LadderStep; readonly keys: number | null }> {
  const all = await orLine(signal, () => member.read("", false, signal));
  if (typeof all === "string") return { step: { name: "contents", ok: false, detail: `it cannot be read: ${all}` }, keys: null };
  const seen = `revision ${all.revision} and ${all.count} keys`;
  const ok = all.revision === status.revision && all.count <= status.totalKey;
  const told = `the file says revision ${status.revision} and at most ${status.totalKey} keys`;
  const detail = `the restored member has ${seen}, ${ok ? "and" : "but"} ${told}`;
  return { step: { name: "contents", ok, detail, argv: all.argv }, keys: all.count };
}

async function readSentinel(
  member: ScratchMember,
  prefix: string | null,
  signal: AbortSignal,
): Promise<{ readonly step: LadderStep; readonly highest: number | null }> {
  if (prefix === null) return { step: { name: "sentinel", ok: true, detail: "no sentinel was asked for" }, highest: null };
  const found = await orLine(signal, () => member.read(prefix, true, signal));
  if (typeof found === "string") return { step: { name: "sentinel", ok: false, detail: `it cannot be read: ${found}` }, highest: null };
  const no = (detail: string) => ({ step: { name: "sentinel", ok: false, detail, argv: found.argv }, highest: null });
  if (found.first === null) return no(`no key under "${prefix}" is in it`);
  // Sequence numbers are padded with zeros, so the last key is the highest number.
  const segment = found.first.key.slice(found.first.key.lastIndexOf("/") + 1);
  if (!/^\d+$/.test(segment)) return no(`the last key under "${prefix}" is "${found.first.key}", which ends in no sequence number`);
  const highest = Number(segment);
  const detail = `${found.count} sentinel writes are in it, up to number ${highest}`;
  return { step: { name: "sentinel", ok: true, detail, argv: found.argv }, highest };
}

/** The result, or an expected failure as a line. */
async function orLine<T extends object>(signal: AbortSignal, look: () => Promise<T>): Promise<T | string> {
  try {
    return await look();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FiredrillError) return errorLine(error);
    throw error;
  }
}

function filled(steps: readonly LadderStep[]): readonly LadderStep[] {
  const failed = steps.find((step) => !step.ok)?.name ?? "an earlier step";
  return RUNGS.map((name, index) => steps[index] ?? { name, ok: false, detail: `not tried, because "${failed}" failed` });
}

function lastLine(text: string): string {
  // Go's panics end in a long trace; its first line says what happened.
  const panic = /^panic: .*$/m.exec(text)?.[0];
  return panic ?? text.trim().split("\n").at(-1) ?? "";
}
