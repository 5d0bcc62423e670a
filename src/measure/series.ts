// Samples as they arrive, in any order, into one dense array a row. A shot that nobody reported was not sampled.
import type { ProbeRow, Shot } from "../core/event.ts";
import { SHOT } from "../core/probe.ts";

/** A million shots take 9 MB; this many take 300 MB. Numbers beyond it can only come from a damaged journal. 7.7 days at 50 a second. */
const MAX_SHOTS = 2 ** 25;
/** Rows of one run stop within a shot or two of each other; only more than that is missing. */
const TAIL_SLACK_SHOTS = 2;

/** All shots of one row. Shot n was due at t0Ms + n × everyMs. */
export interface Series {
  readonly probe: string;
  readonly type: string;
  /** Member name, "-" without endpoints, "any" for the row that is up when any endpoint is. */
  readonly endpoint: string;
  readonly everyMs: number;
  readonly deadlineMs: number;
  readonly t0Ms: number;
  readonly count: number;
  /** ShotCode of each shot. */
  readonly codes: Uint8Array;
  /** From the intended start; of a failure: until it was known. 0 when not sampled. */
  readonly latenciesMs: Float64Array;
}

export interface SeriesCollector {
  /** Takes one `samples` event; shots of unknown rows and impossible numbers are ignored. */
  readonly add: (row: number, shots: readonly Shot[]) => void;
  /** The rows so far, in the order of their index. May be called while more are coming. */
  readonly build: () => readonly Series[];
}

interface Buffer {
  readonly row: ProbeRow;
  codes: Uint8Array;
  latenciesMs: Float64Array;
  /** First shot that was reported: rows begin with whichever shot comes next when they start. */
  first: number;
  count: number;
}

const KNOWN_CODES: ReadonlySet<number> = new Set<number>(Object.values(SHOT));

/** Collects the samples of a run's rows. */
export function collectSeries(rows: readonly ProbeRow[]): SeriesCollector {
  const buffers = new Map<number, Buffer>();
  for (const row of rows) buffers.set(row.row, { row, codes: new Uint8Array(), latenciesMs: new Float64Array(), first: 0, count: 0 });
  return {
    add: (row, shots) => {
      const buffer = buffers.get(row);
      if (buffer === undefined) return;
      for (const [n, code, latencyMs] of shots) {
        if (!Number.isInteger(n) || n < 0 || n >= MAX_SHOTS || !(latencyMs >= 0)) continue;
        if (n >= buffer.codes.length) grow(buffer, n + 1);
        buffer.codes[n] = KNOWN_CODES.has(code) ? code : SHOT.other;
        buffer.latenciesMs[n] = latencyMs;
        buffer.first = buffer.count === 0 ? n : Math.min(buffer.first, n);
        if (n >= buffer.count) buffer.count = n + 1;
      }
    },
    build: () => {
      const ordered = [...buffers.values()].toSorted((a, b) => a.row.row - b.row.row);
      const lastDueMs = Math.max(...ordered.filter(({ count }) => count > 0).map(({ row, count }) => row.t0Ms + (count - 1) * row.everyMs));
      return ordered.map((buffer) => {
        const due = Number.isFinite(lastDueMs) ? Math.floor((lastDueMs - buffer.row.t0Ms) / buffer.row.everyMs) + 1 : 0;
        const end = due - buffer.count > TAIL_SLACK_SHOTS && due <= MAX_SHOTS ? due : buffer.count;
        if (end > buffer.codes.length) grow(buffer, end);
        const { probe, type, endpoint, everyMs, deadlineMs } = buffer.row;
        const t0Ms = buffer.row.t0Ms + buffer.first * everyMs;
        const codes = buffer.codes.subarray(buffer.first, end);
        const latenciesMs = buffer.latenciesMs.subarray(buffer.first, end);
        return { probe, type, endpoint, everyMs, deadlineMs, t0Ms, count: codes.length, codes, latenciesMs };
      });
    },
  };
}

function grow(buffer: Buffer, atLeast: number): void {
  const size = Math.min(MAX_SHOTS, Math.max(atLeast, 2 * buffer.codes.length, 1024));
  const codes = new Uint8Array(size).fill(SHOT.notSampled);
  codes.set(buffer.codes);
  const latenciesMs = new Float64Array(size);
  latenciesMs.set(buffer.latenciesMs);
  buffer.codes = codes;
  buffer.latenciesMs = latenciesMs;
}

/**
 * What a client that may use any endpoint sees: shot n is ok when any endpoint's is, at the earliest answer; failed when every endpoint
 * failed, known at the last failure. Where no endpoint is ok and one was not sampled we do not know: that one may have served.
 */
export function anySeries(endpoints: readonly Series[]): Series | null {
  const first = endpoints[0];
  if (first === undefined) return null;
  const { everyMs } = first;
  const t0Ms = Math.min(...endpoints.map((series) => series.t0Ms));
  // Rows may start staggered, or one may start late: line them up by when their shots were due.
  const lined = endpoints.map((series) => ({ series, shift: Math.round((series.t0Ms - t0Ms) / everyMs), offsetMs: series.t0Ms - t0Ms }));
  const count = Math.max(...lined.map(({ series, shift }) => (series.count === 0 ? 0 : series.count + shift)));
  const codes = new Uint8Array(count).fill(SHOT.notSampled);
  const latenciesMs = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    let okMs = Number.POSITIVE_INFINITY;
    let failedMs = -1;
    let failedCode: number = SHOT.notSampled;
    let unknown = false;
    for (const { series, shift, offsetMs } of lined) {
      const index = n - shift;
      const code = index < 0 ? SHOT.notSampled : (series.codes[index] ?? SHOT.notSampled);
      if (code === SHOT.notSampled) {
        unknown = true;
        continue;
      }
      const sinceDueMs = offsetMs - shift * everyMs + (series.latenciesMs[index] ?? 0);
      if (code === SHOT.ok) okMs = Math.min(okMs, sinceDueMs);
      else if (sinceDueMs > failedMs) {
        failedMs = sinceDueMs;
        failedCode = code;
      }
    }
    if (okMs < Number.POSITIVE_INFINITY) {
      codes[n] = SHOT.ok;
      latenciesMs[n] = okMs;
    } else if (!unknown) {
      codes[n] = failedCode;
      latenciesMs[n] = failedMs;
    }
  }
  return { probe: first.probe, type: first.type, endpoint: "any", everyMs, deadlineMs: first.deadlineMs, t0Ms, count, codes, latenciesMs };
}
