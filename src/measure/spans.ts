/** A stretch of time, ms since the run's start; `toMs` is exclusive. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The same time as sorted spans that neither overlap nor touch; empty ones are left out. */
export function mergeSpans(spans: readonly Span[]): readonly Span[] {
  const merged: { fromMs: number; toMs: number }[] = [];
  for (const span of spans.filter(({ fromMs, toMs }) => toMs > fromMs).toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1);
    if (last !== undefined && span.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, span.toMs);
    else merged.push({ fromMs: span.fromMs, toMs: span.toMs });
  }
  return merged;
}

/** How much of [fromMs, toMs) lies in `merged` (as made by `mergeSpans`), ms. */
export function overlapMs(merged: readonly Span[], fromMs: number, toMs: number): number {
  let sum = 0;
  for (let i = firstIndex(merged.length, (index) => (merged[index]?.toMs ?? 0) > fromMs); i < merged.length; i++) {
    const span = merged[i];
    if (span === undefined || span.fromMs >= toMs) break;
    sum += Math.min(span.toMs, toMs) - Math.max(span.fromMs, fromMs);
  }
  return sum;
}

/** Smallest index for which `holds` is true, given that it stays true from there on; `length` when there is none. */
export function firstIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How many of the ascending `times` lie in [fromMs, toMs). */
export function countBetween(times: Float64Array, fromMs: number, toMs: number): number {
  const start = firstIndex(times.length, (index) => (times[index] ?? 0) >= fromMs);
  const end = firstIndex(times.length, (index) => (times[index] ?? 0) >= toMs);
  return Math.max(0, end - start);
}
