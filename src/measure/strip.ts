import { SHOT } from "../core/probe.ts";
import type { StripSegment, StripState } from "../core/record.ts";
import type { Series } from "./series.ts";
import { tidy } from "./timeline.ts";

const MAX_SEGMENTS = 2000;
/** When room is short the worse state swallows the better one, so that a failure is never dropped from the picture. */
const SEVERITY: Readonly<Record<StripState, number>> = { ok: 0, notSampled: 1, failed: 2 };

/** A row as runs of equal state by intended start; at most 2000, the shortest good ones given up first. */
export function makeStrip(series: Series): readonly StripSegment[] {
  let segments = runs(series);
  for (let toleranceMs = series.everyMs; segments.length > MAX_SEGMENTS; toleranceMs *= 2) segments = swallow(segments, toleranceMs);
  return segments;
}

function runs(series: Series): StripSegment[] {
  const segments: StripSegment[] = [];
  let start = 0;
  for (let n = 1; n <= series.count; n++) {
    const state = stateOf(series.codes[start]);
    if (n < series.count && stateOf(series.codes[n]) === state) continue;
    segments.push({ fromMs: tidy(series.t0Ms + start * series.everyMs), toMs: tidy(series.t0Ms + n * series.everyMs), state });
    start = n;
  }
  return segments;
}

/** Turns every segment up to `toleranceMs` long into its worse neighbour's state, and joins what is equal then. */
function swallow(segments: readonly StripSegment[], toleranceMs: number): StripSegment[] {
  const joined: { fromMs: number; toMs: number; state: StripState }[] = [];
  for (const [index, segment] of segments.entries()) {
    let { state } = segment;
    if (segment.toMs - segment.fromMs <= toleranceMs) {
      for (const neighbour of [segments[index - 1], segments[index + 1]]) {
        if (neighbour !== undefined && SEVERITY[neighbour.state] > SEVERITY[state]) state = neighbour.state;
      }
    }
    const last = joined.at(-1);
    if (last?.state === state) last.toMs = segment.toMs;
    else joined.push({ fromMs: segment.fromMs, toMs: segment.toMs, state });
  }
  return joined;
}

function stateOf(code: number | undefined): StripState {
  if (code === SHOT.ok) return "ok";
  return code === SHOT.notSampled || code === undefined ? "notSampled" : "failed";
}
