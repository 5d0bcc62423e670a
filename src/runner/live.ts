// What the probes say right now: for stop conditions, for knowing when to stop waiting, and for the live strip. The record's numbers
// are not made from this but from every sample, afterwards.
import type { ProbeRow, Shot } from "../core/event.ts";
import { SHOT } from "../core/probe.ts";
import { outageThresholdMs } from "../measure/threshold.ts";

export interface LiveProbe {
  readonly probe: string;
  readonly everyMs: number;
  /** When any endpoint last succeeded, ms since run start; null never. */
  readonly lastOkMs: number | null;
  /** End of the last interruption seen; null none yet. */
  readonly lastOutageEndMs: number | null;
}

export interface Live {
  readonly start: (rows: readonly ProbeRow[], nowMs: number) => void;
  readonly samples: (row: number, shots: readonly Shot[]) => void;
  readonly probes: () => readonly LiveProbe[];
  /** Our own stall: time that counts neither as up nor as down. */
  readonly stalled: (fromMs: number, toMs: number) => void;
  /** ms since a probe last succeeded; 0 before it started. */
  readonly downForMs: (probe: string, nowMs: number) => number;
  /** Since when a probe has been free of interruptions, ms since run start; null while it is down. */
  readonly goodSinceMs: (probe: string, nowMs: number) => number | null;
}

interface State {
  readonly everyMs: number;
  readonly startedMs: number;
  lastOkMs: number | null;
  lastOutageEndMs: number | null;
}

export function liveProbes(): Live {
  let rows: readonly ProbeRow[] = [];
  const states = new Map<string, State>();
  const up = (state: State, nowMs: number): boolean =>
    nowMs - (state.lastOkMs ?? state.startedMs) <= outageThresholdMs(state.everyMs) + REPORTING_DELAY_MS;
  return {
    start: (started, nowMs) => {
      rows = started;
      for (const row of started) {
        if (!states.has(row.probe))
          states.set(row.probe, { everyMs: row.everyMs, startedMs: nowMs, lastOkMs: null, lastOutageEndMs: null });
      }
    },
    samples: (index, shots) => {
      const row = rows[index];
      const state = row === undefined ? undefined : states.get(row.probe);
      if (row === undefined || state === undefined) return;
      for (const [n, code, latencyMs] of shots) {
        if (code !== SHOT.ok) continue;
        const ackMs = row.t0Ms + n * row.everyMs + latencyMs;
        const before = state.lastOkMs ?? state.startedMs;
        if (ackMs - before > outageThresholdMs(row.everyMs)) state.lastOutageEndMs = ackMs;
        if (state.lastOkMs === null || ackMs > state.lastOkMs) state.lastOkMs = ackMs;
      }
    },
    stalled: (_fromMs, toMs) => {
      for (const state of states.values()) if (state.lastOkMs !== null) state.lastOkMs = Math.max(state.lastOkMs, toMs);
    },
    probes: () => [...states].map(([probe, { everyMs, lastOkMs, lastOutageEndMs }]) => ({ probe, everyMs, lastOkMs, lastOutageEndMs })),
    downForMs: (probe, nowMs) => {
      const state = states.get(probe);
      return state === undefined ? 0 : Math.max(0, nowMs - (state.lastOkMs ?? state.startedMs));
    },
    goodSinceMs: (probe, nowMs) => {
      const state = states.get(probe);
      if (state === undefined) return 0;
      return up(state, nowMs) && state.lastOkMs !== null ? (state.lastOutageEndMs ?? state.startedMs) : null;
    },
  };
}

/** Samples arrive in batches: this much later than they were taken, at most, ms. */
const REPORTING_DELAY_MS = 500;
