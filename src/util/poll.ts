import { sleep } from "./clock.ts";

export interface PollOptions {
  /** Pause between two looks, in milliseconds. */
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/** Looks until `check` gives a value other than undefined; ends by the signal's reason. Errors of `check` pass through. */
export async function poll<T>(check: (signal: AbortSignal) => Promise<T | undefined>, options: PollOptions): Promise<T> {
  for (;;) {
    options.signal.throwIfAborted();
    const found = await check(options.signal);
    if (found !== undefined) return found;
    await sleep(options.everyMs, options.signal);
  }
}
