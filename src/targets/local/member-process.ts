// One etcd process and nothing else: it is started, stopped and paused when told, and never on its own account.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { FiredrillError } from "../../core/errors.ts";
import { deadline, sleep, wallNow } from "../../util/clock.ts";
import { poll } from "../../util/poll.ts";
import { processStartTime, processState } from "../../util/process-identity.ts";
import { logSize, logTail } from "./log-tail.ts";
import { isListening } from "./proc-net.ts";

/**
 * SIGTERM to exit takes etcd up to 5 s + 2 × the election timeout (7 s by default) while clients hold streams
 * (server/embed/etcd.go, stopServers); this leaves room for a busy machine.
 */
export const STOP_BUDGET_MS = 20_000;
const KILL_BUDGET_MS = 10_000;
const SIGNAL_BUDGET_MS = 5_000;
/** How long a new process may take until it listens for its peers. */
const LISTEN_BUDGET_MS = 20_000;
/** It listens before it has checked all of its settings: it must outlive that, too. */
const SETTLE_MS = 100;
const LOOK_EVERY_MS = 10;

export interface MemberExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** Wall clock, ISO 8601. */
  readonly at: string;
}

export interface MemberState {
  readonly name: string;
  /** What it was last told to be. */
  readonly desired: "up" | "down";
  readonly running: boolean;
  readonly paused: boolean;
  readonly pid: number | null;
  readonly startTime: string | null;
  /** How its last process ended; null before any did. */
  readonly exit: MemberExit | null;
}

export interface MemberProcess {
  readonly state: () => MemberState;
  /** Done when the process listens for peers. False when it ran already. */
  readonly start: (args: readonly string[], signal: AbortSignal) => Promise<boolean>;
  /** Done when the process is gone. False when there was none. */
  readonly stop: (how: "term" | "kill", signal: AbortSignal) => Promise<boolean>;
  readonly pause: (signal: AbortSignal) => Promise<boolean>;
  readonly resume: (signal: AbortSignal) => Promise<boolean>;
}

export interface MemberOptions {
  readonly name: string;
  readonly program: string;
  readonly peerPort: number;
  readonly logFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** After every change of what it is or should be. */
  readonly onChange: () => void;
}

interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly startTime: string;
  readonly exited: Promise<MemberExit>;
}

/** A member that is not running yet. */
export function createMember(options: MemberOptions): MemberProcess {
  const { name } = options;
  let current: Running | null = null;
  let desired: "up" | "down" = "down";
  let exit: MemberExit | null = null;
  const isPaused = (): boolean => current !== null && processState(current.pid) === "T";

  const launch = async (args: readonly string[]): Promise<Running> => {
    mkdirSync(dirname(options.logFile), { recursive: true, mode: 0o700 });
    const log = openSync(options.logFile, "a", 0o600);
    try {
      const child = spawn(options.program, [...args], { stdio: ["ignore", log, log], env: options.env });
      const exited = new Promise<MemberExit>((resolve) => {
        child.once("exit", (code, signal) => resolve({ code, signal, at: wallNow().toISOString() }));
      });
      await new Promise<void>((resolve, reject) => {
        child.once("spawn", () => resolve());
        child.once("error", (cause) => {
          reject(
            new FiredrillError("TARGET_FAILED_TO_START", `"${options.program}" cannot be run: ${cause.message}`, {
              hint: "see that the etcd program is still where it was when the target was made",
              cause,
            }),
          );
        });
      });
      const pid = child.pid ?? 0;
      return { child, pid, startTime: processStartTime(pid) ?? "?", exited };
    } finally {
      closeSync(log);
    }
  };

  const forgetWhenGone = async (running: Running): Promise<void> => {
    exit = await running.exited;
    if (current === running) current = null;
    options.onChange();
  };
  const start = async (args: readonly string[], signal: AbortSignal): Promise<boolean> => {
    desired = "up";
    if (current !== null) {
      options.onChange();
      return false;
    }
    const logFrom = logSize(options.logFile);
    const running = await launch(args);
    current = running;
    void forgetWhenGone(running);
    options.onChange();
    using budget = deadline(`starting ${name}`, LISTEN_BUDGET_MS, signal);
    const ended = (): boolean => current !== running;
    await poll(async () => (ended() || (await isListening(options.peerPort)) ? true : undefined), {
      everyMs: LOOK_EVERY_MS,
      signal: budget.signal,
    });
    await Promise.race([sleep(SETTLE_MS, signal), running.exited]);
    if (ended()) throw neverStarted(name, await running.exited, logTail(options.logFile, logFrom, 5));
    return true;
  };

  const stop = async (how: "term" | "kill", signal: AbortSignal): Promise<boolean> => {
    desired = "down";
    options.onChange();
    const running = current;
    if (running === null) return false;
    if (how === "term" && isPaused()) {
      throw new FiredrillError("TIMED_OUT", `${name} is paused and cannot act on SIGTERM`, { hint: `resume ${name} first, or kill it` });
    }
    running.child.kill(how === "term" ? "SIGTERM" : "SIGKILL");
    await within(`stopping ${name} (pid ${running.pid})`, how === "term" ? STOP_BUDGET_MS : KILL_BUDGET_MS, signal, running.exited);
    return true;
  };

  const signalled = async (what: "SIGSTOP" | "SIGCONT", running: Running, signal: AbortSignal): Promise<void> => {
    running.child.kill(what);
    using budget = deadline(`${what} of ${name}`, SIGNAL_BUDGET_MS, signal);
    const wanted = what === "SIGSTOP";
    await poll(async () => (current !== running || isPaused() === wanted ? true : undefined), {
      everyMs: LOOK_EVERY_MS,
      signal: budget.signal,
    });
  };

  return {
    state: () => ({
      name,
      desired,
      running: current !== null,
      paused: isPaused(),
      pid: current?.pid ?? null,
      startTime: current?.startTime ?? null,
      exit,
    }),
    start,
    stop,
    pause: async (signal) => {
      if (current === null) {
        throw new FiredrillError("TARGET_UNREACHABLE", `${name} is not running and cannot be paused`, { hint: `start ${name} first` });
      }
      if (isPaused()) return false;
      await signalled("SIGSTOP", current, signal);
      return true;
    },
    resume: async (signal) => {
      if (current === null || !isPaused()) return false;
      await signalled("SIGCONT", current, signal);
      return true;
    },
  };
}

async function within<T>(what: string, budgetMs: number, signal: AbortSignal, work: Promise<T>): Promise<T> {
  using budget = deadline(what, budgetMs, signal);
  const late = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void =>
      reject(budget.signal.reason instanceof Error ? budget.signal.reason : new Error(String(budget.signal.reason)));
    budget.signal.addEventListener("abort", onAbort, { once: true });
    if (budget.signal.aborted) onAbort();
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    if (!budget.expired()) throw error;
    throw new FiredrillError("TIMED_OUT", `${what} took longer than ${budgetMs / 1000} s; it still runs`, {
      hint: "look at its log; kill it if it has to be gone now",
      cause: error,
    });
  }
}

function neverStarted(name: string, exit: MemberExit, tail: readonly string[]): FiredrillError {
  const how = exit.signal === null ? `with exit code ${exit.code ?? "?"}` : `by ${exit.signal}`;
  const said = tail.length === 0 ? "its log says nothing" : `its log ends: ${tail.join(" | ")}`;
  return new FiredrillError("TARGET_FAILED_TO_START", `${name} ended ${how} right after it was started; ${said}`, {
    hint: "read the last line of its log: it names the setting or file that etcd does not accept",
  });
}
