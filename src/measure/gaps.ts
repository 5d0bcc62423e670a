import { SHOT } from "../core/probe.ts";
import type { Measured, ProbeSummary } from "../core/record.ts";
import { makeStrip } from "./strip.ts";
import { type Timeline, tidy } from "./timeline.ts";

const MAX_GAPS = 100;
const CODE_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(SHOT).map(([name, code]) => [code, name]));

/** One row in numbers: counts, the longest gap without a success, every outage, latency, and the strip to draw. */
export function summarizeProbe(timeline: Timeline): ProbeSummary {
  const { series, outages, failedDueMs } = timeline;
  const counts = count(timeline);
  const sampled = counts.ok + counts.failed;
  return {
    probe: series.probe,
    type: series.type,
    endpoint: series.endpoint,
    everyMs: series.everyMs,
    deadlineMs: series.deadlineMs,
    shots: series.count,
    ...counts,
    notSampled: series.count - sampled,
    firstFailureMs: tidyOrNull(failedDueMs[0]),
    lastFailureMs: tidyOrNull(failedDueMs.at(-1)),
    firstSuccessAfterMs: firstSuccessAfterFailures(timeline),
    longestGap: longestGap(timeline),
    gaps: outages.toSorted((a, b) => b.durationMs - a.durationMs || a.fromMs - b.fromMs).slice(0, MAX_GAPS),
    failedMs: tidy(outages.reduce((sum, gap) => (gap.failedShots > 0 ? sum + Math.max(0, gap.durationMs - gap.notSampledMs) : sum), 0)),
    availability: sampled === 0 ? null : counts.ok / sampled,
    latencyMs: latency(timeline),
    strip: makeStrip(series),
  };
}

/** A duration between two samples. The true one is at most one period longer, and shorter by up to a period and all we did not sample. */
export function measuredGap(valueMs: number, everyMs: number, notSampledMs: number): Measured {
  return {
    valueMs: tidy(valueMs),
    lowMs: tidy(Math.max(0, valueMs - everyMs - notSampledMs)),
    highMs: tidy(valueMs + everyMs),
    resolutionMs: everyMs,
  };
}

function longestGap({ longest, series }: Timeline): ProbeSummary["longestGap"] {
  if (longest === null) return null;
  const { fromMs, toMs, durationMs, notSampledMs } = longest;
  return { ...measuredGap(durationMs, series.everyMs, notSampledMs), fromMs, toMs, notSampledMs };
}

function count({ series }: Timeline): {
  readonly ok: number;
  readonly failed: number;
  readonly failuresBy: Readonly<Record<string, number>>;
} {
  const byCode = new Uint32Array(256);
  for (const code of series.codes) byCode[code] = (byCode[code] ?? 0) + 1;
  const failuresBy: Record<string, number> = {};
  let failed = 0;
  for (const [code, name] of CODE_NAMES) {
    const times = byCode[code] ?? 0;
    if (code === SHOT.ok || code === SHOT.notSampled || times === 0) continue;
    failuresBy[name] = times;
    failed += times;
  }
  return { ok: byCode[SHOT.ok] ?? 0, failed, failuresBy };
}

/** Earliest acknowledgement of a shot that was due after the last failed one. */
function firstSuccessAfterFailures({ series, failedDueMs }: Timeline): number | null {
  const lastFailedMs = failedDueMs.at(-1);
  if (lastFailedMs === undefined) return null;
  let first = Number.POSITIVE_INFINITY;
  for (let n = series.count - 1; n >= 0; n--) {
    const dueMs = series.t0Ms + n * series.everyMs;
    if (dueMs <= lastFailedMs) break;
    if (series.codes[n] === SHOT.ok) first = Math.min(first, dueMs + (series.latenciesMs[n] ?? 0));
  }
  return Number.isFinite(first) ? tidy(first) : null;
}

function latency({ series, acksMs }: Timeline): ProbeSummary["latencyMs"] {
  if (acksMs.length === 0) return null;
  const sorted = new Float64Array(acksMs.length);
  let filled = 0;
  for (let n = 0; n < series.count; n++) if (series.codes[n] === SHOT.ok) sorted[filled++] = series.latenciesMs[n] ?? 0;
  sorted.sort();
  // Nearest rank: a latency that some request really had.
  const rank = (share: number): number => tidy(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return { p50: rank(0.5), p99: rank(0.99), max: rank(1) };
}

function tidyOrNull(ms: number | undefined): number | null {
  return ms === undefined ? null : tidy(ms);
}
