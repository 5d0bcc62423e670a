// The open loop itself. It may set timers of its own (elsewhere only util/clock.ts may): it needs one that is set anew for every
// tick and that keeps the worker alive, and it must not wait for anything in between.
import { monoMs } from "../util/clock.ts";
import type { Due, Sampler, Stall } from "./sampler.ts";

export interface LoopEvents {
  readonly onDue: (due: Due) => void;
  readonly onNotSampled: (due: Due) => void;
  readonly onStall: (stall: Stall) => void;
}

export interface Loop extends Disposable {
  /** Looks at the clock now: a completion that comes after a stall must know of it. */
  readonly observe: () => void;
}

/** Ticks until disposed. */
export function runLoop(sampler: Sampler, anchorMs: number, events: LoopEvents): Loop {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const observe = (): void => {
    const step = sampler.advance(monoMs() - anchorMs);
    if (step.stall !== null) events.onStall(step.stall);
    if (ended) return;
    for (const due of step.notSampled) events.onNotSampled(due);
    for (const due of step.fire) events.onDue(due);
  };
  const tick = (): void => {
    if (ended) return;
    observe();
    timer = setTimeout(tick, Math.max(0, sampler.nextTickMs() - (monoMs() - anchorMs)));
  };
  tick();
  return {
    observe,
    [Symbol.dispose]: () => {
      ended = true;
      clearTimeout(timer);
    },
  };
}
