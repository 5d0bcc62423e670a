// When shots are due, and what a stall of our own does to them. Pure: time comes in as a number.

export interface Schedule {
  /** Shot n is due at t0Ms + n × everyMs, whatever became of shot n − 1. */
  readonly t0Ms: number;
  readonly everyMs: number;
}

export interface Due {
  readonly row: number;
  readonly n: number;
  readonly dueMs: number;
}

export interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Advance {
  readonly fire: readonly Due[];
  /** Their time passed while we stood still: they are not fired and say nothing about the target. */
  readonly notSampled: readonly Due[];
  readonly stall: Stall | null;
}

export interface Sampler {
  /** Call at every tick and at every completion: two calls far apart are the evidence of a stall. */
  readonly advance: (nowMs: number) => Advance;
  /** When the next tick has to come. */
  readonly nextTickMs: () => number;
  /**
   * A failure of a shot that was due at `dueMs` and known at `doneMs` may be our own doing: we stood still at its end, or for a good part
   * of it. A short stall early in a shot that then waited out its deadline explains nothing.
   */
  readonly blames: (row: number, dueMs: number, doneMs: number) => boolean;
}

/** Longest time between two ticks: short enough that a stall is seen at its true length. */
export const TICK_MS = 10;
/** Lateness below this is the ordinary jitter of timers and garbage collection, and only adds to a latency. */
const TOLERANCE_MS = 20;
/** Share of a shot's time that we may have stood still and still believe its failure. */
const MOST_OF_A_SHOT = 0.25;
/** Stalls kept for shots in flight: far more than can overlap one deadline. */
const KEPT_STALLS = 1000;

/** An open loop over rows of their own rates. `nowMs` is the time of the call: what is due before it is not made up for. */
export function openLoop(schedules: readonly Schedule[], nowMs: number): Sampler {
  const rows = schedules.map(({ t0Ms, everyMs }) => ({
    t0Ms,
    everyMs,
    next: Math.max(0, Math.ceil((nowMs - t0Ms) / everyMs)),
    toleranceMs: Math.max(everyMs, TOLERANCE_MS),
  }));
  const strictestMs = Math.min(...rows.map((row) => row.toleranceMs), Number.POSITIVE_INFINITY);
  const stalls: (Stall & { readonly lateMs: number })[] = [];
  let lastMs = nowMs;
  const nextTickMs = (): number => Math.min(lastMs + TICK_MS, ...rows.map((row) => row.t0Ms + row.next * row.everyMs));
  return {
    nextTickMs,
    advance: (atMs) => {
      const lateMs = atMs - nextTickMs();
      const stall = lateMs > strictestMs ? { fromMs: lastMs, toMs: atMs } : null;
      if (stall !== null) {
        stalls.push({ ...stall, lateMs });
        if (stalls.length > KEPT_STALLS) stalls.shift();
      }
      lastMs = Math.max(lastMs, atMs);
      const [fire, notSampled]: [Due[], Due[]] = [[], []];
      for (const [index, row] of rows.entries()) {
        const into = lateMs > row.toleranceMs ? notSampled : fire;
        for (;;) {
          const dueMs = row.t0Ms + row.next * row.everyMs;
          if (dueMs > atMs) break;
          into.push({ row: index, n: row.next, dueMs });
          row.next += 1;
        }
      }
      return { fire, notSampled, stall };
    },
    blames: (row, dueMs, doneMs) => {
      const toleranceMs = rows[row]?.toleranceMs ?? TOLERANCE_MS;
      const during = stalls.filter((stall) => stall.lateMs > toleranceMs && stall.fromMs < doneMs && stall.toMs > dueMs);
      const stoodMs = during.reduce((sum, stall) => sum + Math.min(stall.toMs, doneMs) - Math.max(stall.fromMs, dueMs), 0);
      // At its end: the answer may have come while we stood still, and the deadline was looked at first.
      return during.some((stall) => stall.toMs >= doneMs - TICK_MS) || stoodMs > (doneMs - dueMs) * MOST_OF_A_SHOT;
    },
  };
}
