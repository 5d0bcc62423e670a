// The two functions a time axis needs. Positions are percentages, so that a picture fits a phone, a screen and a sheet of paper
// without its text growing or shrinking.

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Position of a moment as a percentage of the span, at most 3 decimals; moments outside are put on the edge. */
export function percent(span: Span, ms: number): number {
  const length = span.toMs - span.fromMs;
  if (!(length > 0)) return 0;
  const share = Math.min(1, Math.max(0, (ms - span.fromMs) / length));
  return Math.round(share * 100_000) / 1000;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Steps people read without counting, ms. Above a day: whole days. */
const STEPS_MS: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000].concat(
  [1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  [1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
);
const DAY_MS = 86_400_000;

/** Round moments within the span, counted from `originMs`, about `count` of them. */
export function ticks(span: Span, originMs: number, count: number): readonly number[] {
  const length = span.toMs - span.fromMs;
  if (!(length > 0) || !Number.isFinite(length)) return [span.fromMs];
  const rough = length / count;
  const step = STEPS_MS.find((candidate) => candidate >= rough) ?? Math.ceil(rough / DAY_MS) * DAY_MS;
  const first = Math.ceil((span.fromMs - originMs) / step);
  const last = Math.floor((span.toMs - originMs) / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => originMs + (first + index) * step);
}
