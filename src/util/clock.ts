// The only file that may read a clock or set a timer. Monotonic to subtract, wall only to show.
import { setTimeout as wait } from "node:timers/promises";

/** Milliseconds on the machine's monotonic clock (CLOCK_MONOTONIC), comparable between processes of one boot. */
export function monoMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The wall clock, for people; never subtract two of these. */
export function wallNow(): Date {
  return new Date();
}

/** Waits `ms` milliseconds (0 or more); rejects with the signal's reason when aborted. Keeps the process alive. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await wait(Math.max(0, ms), undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** True once the time ran out, as opposed to the parent being aborted. */
  readonly expired: () => boolean;
}

/** Thrown into a deadline's signal when the time is up. `budgetMs` is what was allowed. */
export class DeadlineError extends Error {
  readonly budgetMs: number;
  constructor(what: string, budgetMs: number) {
    super(`${what} took longer than ${formatBudget(budgetMs)}`);
    this.name = "DeadlineError";
    this.budgetMs = budgetMs;
  }
}

function formatBudget(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(1))} s`;
}

/** A signal that aborts after `ms`, or when `parent` does. Without a parent it is deaf to everything but time: undo uses that. */
export function deadline(what: string, ms: number, parent?: AbortSignal): Deadline {
  const controller = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort(new DeadlineError(what, ms));
  }, ms);
  const follow = (): void => controller.abort(parent?.reason);
  if (parent?.aborted === true) follow();
  else parent?.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    expired: () => expired,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      parent?.removeEventListener("abort", follow);
    },
  };
}

/** Calls `tick` every `ms` until disposed; does not keep the process alive by itself. */
export function every(ms: number, tick: () => void): Disposable {
  const timer = setInterval(tick, ms);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
