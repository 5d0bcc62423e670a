// What the run's thread and the probe worker tell each other. Plain data.
import type { ProbeRow, SentinelWrite, Shot } from "../core/event.ts";
import type { ProbeSpec } from "../core/probe.ts";
import type { Connection } from "../core/target.ts";

export interface ProbeSetup {
  readonly connection: Connection;
  /** Voting members the target should have. */
  readonly expectedVoters: number;
  readonly probes: readonly ProbeSpec[];
  readonly sentinel: { readonly everyMs: number; readonly deadlineMs: number } | null;
  readonly runId: string;
  /** The monotonic clock's reading at the run's start; all times are ms since then. */
  readonly monoAnchorMs: number;
  readonly batchEveryMs: number;
}

export type FromWorker =
  | { readonly type: "ready"; readonly rows: readonly ProbeRow[] }
  | {
      readonly type: "batch";
      readonly samples: readonly { readonly row: number; readonly shots: readonly Shot[] }[];
      readonly writes: readonly SentinelWrite[];
    }
  | { readonly type: "stall"; readonly fromMs: number; readonly toMs: number }
  | { readonly type: "error"; readonly line: string }
  | { readonly type: "stopped" };

export interface ToWorker {
  readonly type: "stop";
}

/** Under this prefix the sentinel writer of a run keeps its keys. */
export function sentinelPrefix(runId: string): string {
  return `/firedrill/${runId}/s/`;
}

/** The key of one sentinel write; padded, so that keys sort as numbers do. */
export function sentinelKey(prefix: string, seq: number): string {
  return `${prefix}${String(seq).padStart(10, "0")}`;
}

/** The value of one sentinel write: its number and when it was sent, ms since the run's start. */
export function sentinelValue(seq: number, sentMs: number): string {
  return `${seq}:${sentMs}`;
}

/** Milliseconds with one decimal, as the journal writes times. */
export function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
