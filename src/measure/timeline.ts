// When requests were *answered*, in order. A server may hold requests through an election and answer them all late: by intended start
// nothing failed, yet nobody was served meanwhile. So outages are looked for between acknowledgements.

import { SHOT } from "../core/probe.ts";
import type { Gap } from "../core/record.ts";
import type { Series } from "./series.ts";
import { mergeSpans, overlapMs, type Span } from "./spans.ts";
import { outageThresholdMs } from "./threshold.ts";

export interface Timeline {
  readonly series: Series;
  /** When each ok shot was acknowledged, ascending; ms since the run's start. */
  readonly acksMs: Float64Array;
  /** Intended starts of failed shots, ascending. */
  readonly failedDueMs: Float64Array;
  /** What we did not sample: shots never fired, and times our own process stood still. */
  readonly unsampled: readonly Span[];
  /** End of sampling: the last shot's intended start plus one period. */
  readonly untilMs: number;
  /** Gaps with a failed shot, or longer than noise; in order of time. */
  readonly outages: readonly Gap[];
  /** The gap with the most sampled time; null without a success. */
  readonly longest: Gap | null;
}

/** Orders one row by acknowledgement and finds its gaps. `stalls` are times when our own process stood still. */
export function makeTimeline(series: Series, stalls: readonly Span[]): Timeline {
  const { acksMs, failedDueMs } = split(series);
  const unsampled = mergeSpans([...unsampledShots(series), ...stalls]);
  const untilMs = series.t0Ms + series.count * series.everyMs;
  const limitMs = outageThresholdMs(series.everyMs);
  const outages: Gap[] = [];
  let longest: Gap | null = null;
  let longestSampledMs = -1;
  let failed = 0;
  for (let i = 0; i <= acksMs.length; i++) {
    const fromMs = i === 0 ? series.t0Ms : (acksMs[i - 1] ?? 0);
    const toMs = acksMs[i] ?? null;
    const endMs = toMs ?? untilMs;
    const before = failed;
    const beforeMs = toMs ?? Number.POSITIVE_INFINITY;
    while (failed < failedDueMs.length && (failedDueMs[failed] ?? 0) < beforeMs) failed++;
    const failedShots = failed - before;
    const durationMs = endMs - fromMs;
    // Before the first success there is nothing to lose: connecting takes its time. Only failures count there.
    if (durationMs <= 0 || (failedShots === 0 && (i === 0 || durationMs <= Math.min(limitMs, longestSampledMs)))) continue;
    const notSampledMs = overlapMs(unsampled, fromMs, endMs);
    const gap: Gap = {
      fromMs: tidy(fromMs),
      toMs: toMs === null ? null : tidy(toMs),
      durationMs: tidy(durationMs),
      notSampledMs: tidy(notSampledMs),
      failedShots,
    };
    if (failedShots > 0 || durationMs - notSampledMs > limitMs) outages.push(gap);
    if (durationMs - notSampledMs > longestSampledMs && acksMs.length > 0) {
      longest = gap;
      longestSampledMs = durationMs - notSampledMs;
    }
  }
  return { series, acksMs, failedDueMs, unsampled, untilMs, outages, longest };
}

/** To a tenth of a millisecond, as precise as samples are. */
export function tidy(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function split(series: Series): { readonly acksMs: Float64Array; readonly failedDueMs: Float64Array } {
  const acksMs = new Float64Array(series.count);
  const failedDueMs = new Float64Array(series.count);
  let acks = 0;
  let failures = 0;
  for (let n = 0; n < series.count; n++) {
    const code = series.codes[n];
    const dueMs = series.t0Ms + n * series.everyMs;
    if (code === SHOT.ok) acksMs[acks++] = dueMs + (series.latenciesMs[n] ?? 0);
    else if (code !== SHOT.notSampled) failedDueMs[failures++] = dueMs;
  }
  return { acksMs: acksMs.subarray(0, acks).sort(), failedDueMs: failedDueMs.subarray(0, failures) };
}

function unsampledShots(series: Series): readonly Span[] {
  const spans: Span[] = [];
  let start = -1;
  for (let n = 0; n <= series.count; n++) {
    const missing = n < series.count && series.codes[n] === SHOT.notSampled;
    if (missing && start < 0) start = n;
    if (!missing && start >= 0) {
      spans.push({ fromMs: series.t0Ms + start * series.everyMs, toMs: series.t0Ms + n * series.everyMs });
      start = -1;
    }
  }
  return spans;
}
