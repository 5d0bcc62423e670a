import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { FiredrillError } from "../../core/errors.ts";
import { deadline } from "../../util/clock.ts";
import { poll } from "../../util/poll.ts";
import { bootId, isAlive, processArguments, processStartTime, signalExactly } from "../../util/process-identity.ts";
import { connectControl } from "./control-client.ts";
import { removeSocket, socketPath } from "./socket-path.ts";
import { readState } from "./state-file.ts";
import { readTargetFile, targetDir, targetPaths, unknownTarget } from "./target-file.ts";

/** A supervisor ends everything in well under a second; one that takes longer is not waited for. */
const ASK_BUDGET_MS = 15_000;
const GONE_BUDGET_MS = 10_000;

interface Found {
  readonly name: string;
  readonly pid: number;
  readonly startTime: string;
}

/** Ends a target's processes and removes its folder, with its supervisor's help or without. Gives the members that were running. */
export async function destroyLocal(home: string, name: string, signal: AbortSignal): Promise<{ readonly stopped: readonly string[] }> {
  const dir = targetDir(home, name);
  if (!existsSync(dir)) throw unknownTarget(home, name);
  const asked = await askSupervisor(dir, signal);
  const left = await killWhatIsLeft(dir, signal);
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  return { stopped: [...new Set([...(asked ?? []), ...left])].toSorted() };
}

async function askSupervisor(dir: string, signal: AbortSignal): Promise<readonly string[] | null> {
  const file = targetPaths(dir).targetFile;
  if (!existsSync(file)) return null;
  let socket = socketPath(dir);
  try {
    socket = readTargetFile(file).socket;
    using budget = deadline("the supervisor taking the target down", ASK_BUDGET_MS, signal);
    return await connectControl(socket).down(true, budget.signal);
  } catch {
    // It is gone or does not answer: what it owned is found without it.
    signal.throwIfAborted();
    removeSocket(socket);
    return null;
  }
}

/** What a supervisor that is gone has left: first itself, so that it starts nothing, then the members it noted and those it could not. */
async function killWhatIsLeft(dir: string, signal: AbortSignal): Promise<readonly string[]> {
  const state = readState(targetPaths(dir).stateFile);
  const noted = state === null || state.bootId !== bootId() ? null : state;
  const supervisor = noted === null ? [] : [{ name: "the supervisor", ...noted.supervisor }];
  await killAll([...supervisor, ...findSupervisors(dir)], signal);
  const members = (noted?.members ?? []).flatMap(({ name, process }) => (process === null ? [] : [{ name, ...process }]));
  const killed = await killAll([...members, ...findByDataDir(dir)], signal);
  return [...new Set(killed)];
}

async function killAll(processes: readonly Found[], signal: AbortSignal): Promise<readonly string[]> {
  const hit = processes.filter(({ pid, startTime }) => signalExactly(pid, startTime, "SIGKILL"));
  using budget = deadline("killed processes being gone", GONE_BUDGET_MS, signal);
  for (const { name, pid, startTime } of hit) {
    try {
      await poll(async () => (isAlive(pid, startTime) ? undefined : true), { everyMs: 20, signal: budget.signal });
    } catch (cause) {
      if (!budget.expired()) throw cause;
      throw new FiredrillError("TIMED_OUT", `${name} (pid ${pid}) was sent SIGKILL and is still there`, {
        hint: "it may be waiting for a disk; try again when it is gone",
        cause,
      });
    }
  }
  return hit.map(({ name }) => name);
}

/** Members of this target, noted or not: they have its data folders on their command line. */
function findByDataDir(dir: string): readonly Found[] {
  const start = `--data-dir=${join(dir, "members")}/`;
  return findProcesses(
    (args) =>
      args
        .find((each) => each.startsWith(start))
        ?.slice(start.length)
        .split("/")[0],
  );
}

/** A supervisor that is only just starting has noted nothing yet. */
function findSupervisors(dir: string): readonly Found[] {
  return findProcesses((args) => (args.at(-1) === dir && /[/]supervisor[.][jt]s$/.test(args.at(-2) ?? "") ? "the supervisor" : undefined));
}

function findProcesses(nameOf: (args: readonly string[]) => string | undefined): readonly Found[] {
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    const pid = Number(entry);
    const name = nameOf(processArguments(pid));
    const startTime = name === undefined ? null : processStartTime(pid);
    return name === undefined || startTime === null ? [] : [{ name, pid, startTime }];
  });
}
