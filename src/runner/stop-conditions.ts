// What ends a run early: a signal, `firedrill stop`, the playbook's longest duration, a probe that is down for too long, a full disk.
import { every } from "../util/clock.ts";
import { formatDuration } from "../util/duration.ts";
import { RunAborted } from "./abort.ts";
import type { Journal } from "./journal.ts";
import type { Live } from "./live.ts";
import { stopRequested } from "./state.ts";

/** A stop request is honoured well within the second that is promised. */
const LOOK_EVERY_MS = 250;

export interface StopConditions extends Disposable {
  /** Aborts when the run must end; undo does not listen to it. */
  readonly signal: AbortSignal;
  /** Gives the probes' live view, once there is one. */
  readonly live: (live: Live) => void;
}

export interface StopOptions {
  readonly home: string;
  readonly runId: string;
  readonly maxDurationMs: number;
  readonly stopWhen: readonly { readonly probe: string; readonly downForMs: number }[];
  readonly journal: Journal;
}

export function stopConditions(options: StopOptions, userSignal: AbortSignal): StopConditions {
  const controller = new AbortController();
  let live: Live | null = null;
  const end = (reason: unknown): void => {
    if (!controller.signal.aborted) controller.abort(reason);
  };
  const follow = (): void => end(userSignal.reason);
  if (userSignal.aborted) follow();
  userSignal.addEventListener("abort", follow, { once: true });
  const look = (): void => {
    const asked = stopRequested(options.home, options.runId);
    if (asked !== null) return end(new RunAborted("stop", `firedrill stop: ${asked === "" ? "no reason given" : asked}`));
    if (options.journal.diskFull()) return end(new RunAborted("guard", "the disk with the journal is full"));
    const nowMs = options.journal.nowMs();
    if (nowMs > options.maxDurationMs)
      return end(new RunAborted("guard", `the run took longer than maxDuration (${formatDuration(options.maxDurationMs)})`));
    for (const { probe, downForMs } of options.stopWhen) {
      const downMs = live?.downForMs(probe, nowMs) ?? 0;
      if (downMs > downForMs)
        return end(
          new RunAborted(
            "guard",
            `stopWhen: probe "${probe}" has been down for ${formatDuration(downMs)}, more than ${formatDuration(downForMs)}`,
          ),
        );
    }
    return undefined;
  };
  const ticking = every(LOOK_EVERY_MS, look);
  return {
    signal: controller.signal,
    live: (given) => {
      live = given;
    },
    [Symbol.dispose]: () => {
      ticking[Symbol.dispose]();
      userSignal.removeEventListener("abort", follow);
    },
  };
}
