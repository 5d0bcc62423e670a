import { existsSync, mkdirSync, rmSync } from "node:fs";
import { errorLine, FiredrillError } from "../../core/errors.ts";
import type { LocalTargetSpec } from "../../core/playbook.ts";
import { deadline, monoMs, wallNow } from "../../util/clock.ts";
import { formatDuration } from "../../util/duration.ts";
import { poll } from "../../util/poll.ts";
import { freshSeed, randomHex, seeded } from "../../util/random.ts";
import type { EtcdTools } from "../shared/assets.ts";
import { type Control, connectControl } from "./control-client.ts";
import { destroyLocal } from "./destroy.ts";
import { makeFolder, requireOwnFolder } from "./folders.ts";
import { logTail } from "./log-tail.ts";
import { lookAt } from "./look.ts";
import { connectionOf } from "./perform.ts";
import { createPki } from "./pki.ts";
import { fixedPorts, pickFreePorts } from "./ports.ts";
import { socketPath } from "./socket-path.ts";
import { spawnSupervisor } from "./spawn-supervisor.ts";
import { type TargetFile, type TargetPaths, targetDir, targetPaths, writeTarget } from "./target-file.ts";

/** A client port, a peer port and a relay port. */
const PORTS_EACH = 3;
/** How often other ports are tried when somebody took one between looking and listening. */
const TRIES = 3;
const DEFAULT_GRACE_MS = 600_000;
/** From processes running to everybody agreeing on a leader; seconds on an idle machine. */
const HEALTHY_BUDGET_MS = 60_000;
const UNDO_BUDGET_MS = 30_000;

export interface CreateOptions {
  readonly home: string;
  readonly name: string;
  readonly spec: LocalTargetSpec;
  readonly tools: EtcdTools;
  /** It goes away with its owner: `graceMs` after that process ended, when no dead-man is waiting. */
  readonly throwAway: boolean;
  readonly owner: { readonly pid: number; readonly startTime: string };
  /** First of the ports to use; without it free ones are found. */
  readonly basePort?: number;
  /** Default: 10 minutes. */
  readonly graceMs?: number;
  readonly onProgress: (line: string) => void;
}

/**
 * Makes a target and starts it: done when all members answer and agree on a leader. Leaves nothing behind when it fails.
 * Throws TARGET_EXISTS, TARGET_FAILED_TO_START, PORT_TAKEN or DATA_DIR_UNUSABLE.
 */
export async function createLocal(options: CreateOptions, signal: AbortSignal): Promise<void> {
  const { home, name, spec } = options;
  const dir = targetDir(home, name);
  if (![1, 3, 5].includes(spec.members)) {
    throw new FiredrillError("USAGE", `a local target cannot have ${spec.members} members`, { hint: "use 1, 3 or 5" });
  }
  claimFolder(dir, name);
  try {
    await build(options, dir, signal);
  } catch (error) {
    using budget = deadline("cleaning up after a failed start", UNDO_BUDGET_MS);
    await destroyLocal(home, name, budget.signal).catch((left: unknown) => options.onProgress(`could not clean up: ${errorLine(left)}`));
    throw error;
  }
}

/** Making the folder is what decides between two that want the same name. */
function claimFolder(dir: string, name: string): void {
  if (existsSync(dir)) throw targetExists(name);
  makeFolder(targetDirParent(dir));
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    if (error instanceof Error && (error as NodeJS.ErrnoException).code === "EEXIST") throw targetExists(name);
    throw new FiredrillError("DATA_DIR_UNUSABLE", `"${dir}" cannot be made: ${errorLine(error)}`, { cause: error });
  }
}

function targetDirParent(dir: string): string {
  return dir.slice(0, dir.lastIndexOf("/"));
}

function targetExists(name: string): FiredrillError {
  return new FiredrillError("TARGET_EXISTS", `there is a target "${name}" already`, {
    hint: `use another name, or take it down first: firedrill down ${name}`,
  });
}

async function build(options: CreateOptions, dir: string, signal: AbortSignal): Promise<void> {
  const { name, spec } = options;
  const paths = targetPaths(dir);
  const names = Array.from({ length: spec.members }, (_, index) => `m${index + 1}`);
  const beganMs = monoMs();
  // Its own folders first: a target that cannot keep data must fail before anything runs.
  for (const member of names) mkdirSync(`${dir}/members/${member}`, { recursive: true, mode: 0o700 });
  for (const folder of [paths.snapshotDir, paths.scratchDir, `${dir}/logs`]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  requireOwnFolder(dir);
  await createPki(paths.pkiDir, names);
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    const target = await describeTarget(options, dir, names);
    writeTarget(paths, target);
    try {
      await startAll(target, paths, signal);
      options.onProgress(`${names.length} etcd ${target.tools.version} processes run; waiting for a leader`);
      await untilHealthy(target, paths, signal);
      options.onProgress(`target "${name}" is up after ${formatDuration(monoMs() - beganMs)}`);
      return;
    } catch (error) {
      if (attempt === TRIES || options.basePort !== undefined || !isPortTaken(error)) throw error;
      options.onProgress("a port was taken in the meantime; trying others");
      await backToEmpty(target, paths, names);
    }
  }
}

async function describeTarget(options: CreateOptions, dir: string, names: readonly string[]): Promise<TargetFile> {
  const { name, spec, tools, basePort } = options;
  const wanted = names.length * PORTS_EACH;
  const ports = basePort === undefined ? await pickFreePorts(wanted, seeded(freshSeed())) : await fixedPorts(basePort, wanted);
  return {
    format: 1,
    name,
    createdAt: wallNow().toISOString(),
    throwAway: options.throwAway,
    graceMs: options.graceMs ?? DEFAULT_GRACE_MS,
    owner: options.owner,
    quotaBytes: spec.quotaBytes,
    etcdArgs: [...spec.etcdArgs],
    clusterToken: `${name}-${randomHex(8)}`,
    socket: socketPath(dir),
    tools: { ...tools, limits: [...tools.limits] },
    members: names.map((member, index) => ({
      name: member,
      clientPort: ports[index] ?? 0,
      peerPort: ports[names.length + index] ?? 0,
      relayPort: ports[2 * names.length + index] ?? 0,
    })),
  };
}

/** Starts the supervisor, and all members at once: none of them gets far without the others. */
async function startAll(target: TargetFile, paths: TargetPaths, signal: AbortSignal): Promise<Control> {
  await spawnSupervisor(target, paths, signal);
  const control = connectControl(target.socket);
  const starts = await Promise.allSettled(
    target.members.map(({ name }) => control.act({ op: "member.start", member: name, joining: false }, null, signal)),
  );
  const failed = starts.find((start) => start.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return control;
}

async function untilHealthy(target: TargetFile, paths: TargetPaths, signal: AbortSignal): Promise<void> {
  const { connectEtcd } = await import("../shared/etcd-client.ts");
  const control = connectControl(target.socket);
  using clients = connectEtcd(connectionOf(target, paths));
  using budget = deadline(`members of "${target.name}" agreeing on a leader`, HEALTHY_BUDGET_MS, signal);
  let missing: readonly string[] = [];
  try {
    await poll(
      async () => {
        const processes = await control.status(budget.signal);
        const ended = processes.members.find((member) => !member.running);
        if (ended !== undefined) throw failedToStart(`${ended.name} ended by itself`, paths, ended.name);
        const view = await lookAt(target, processes, clients);
        missing = view.members.filter((member) => member.believesLeader === null).map(({ name }) => name);
        return missing.length === 0 && view.leader !== null ? true : undefined;
      },
      { everyMs: 50, signal: budget.signal },
    );
  } catch (error) {
    if (!budget.expired()) throw error;
    const which = missing[0] ?? target.members[0]?.name ?? "";
    throw failedToStart(
      `${missing.length === 0 ? "the members" : missing.join(", ")} found no leader within ${HEALTHY_BUDGET_MS / 1000} s`,
      paths,
      which,
    );
  }
}

function failedToStart(what: string, paths: TargetPaths, member: string): FiredrillError {
  const tail = logTail(paths.logFile(member), 0, 5);
  return new FiredrillError(
    "TARGET_FAILED_TO_START",
    `${what}; the log of ${member} ${tail.length === 0 ? "is empty" : `ends: ${tail.join(" | ")}`}`,
    {
      hint: "the log's last lines name what etcd did not like; an overloaded machine shows as slow fdatasync or overdue heartbeats there",
    },
  );
}

/** A relay says so with a code, an etcd in its log. */
function isPortTaken(error: unknown): boolean {
  return error instanceof FiredrillError && (error.code === "PORT_TAKEN" || error.message.includes("address already in use"));
}

async function backToEmpty(target: TargetFile, paths: TargetPaths, names: readonly string[]): Promise<void> {
  using budget = deadline("ending a failed start", UNDO_BUDGET_MS);
  await connectControl(target.socket)
    .down(false, budget.signal)
    .catch(() => undefined);
  for (const name of names) rmSync(paths.dataDir(name), { recursive: true, force: true });
}
