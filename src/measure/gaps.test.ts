import { array, assert, constantFrom, property } from "fast-check";
import { expect, test } from "vitest";
import { all, type Behaviour, down, held, NOT_SAMPLED, row, shotsOf } from "../../test/support/synthetic-run.ts";
import { SHOT } from "../core/probe.ts";
import type { ProbeSummary } from "../core/record.ts";
import { summarizeProbe } from "./gaps.ts";
import { anySeries, collectSeries } from "./series.ts";
import type { Span } from "./spans.ts";
import { makeTimeline } from "./timeline.ts";

function summary(behave: Behaviour, untilMs = 10_000, stalls: readonly Span[] = [], everyMs = 20): ProbeSummary {
  const own = row({ everyMs });
  const collector = collectSeries([own]);
  collector.add(0, shotsOf(own, untilMs, behave));
  const series = collector.build()[0];
  if (series === undefined) throw new Error("no series");
  return summarizeProbe(makeTimeline(series, stalls));
}

test("requests held through an election and answered late show as a gap between acknowledgements", () => {
  const seen = summary(held(5000, 6240));
  expect(seen).toMatchObject({ failed: 0, availability: 1, firstFailureMs: null });
  expect(seen.longestGap).toEqual({
    valueMs: 1260,
    lowMs: 1240,
    highMs: 1280,
    resolutionMs: 20,
    fromMs: 4982,
    toMs: 6242,
    notSampledMs: 0,
  });
  expect(seen.gaps).toEqual([{ fromMs: 4982, toMs: 6242, durationMs: 1260, notSampledMs: 0, failedShots: 0 }]);
  expect(seen.failedMs).toBe(0);
});

test("failed requests: first and last failure by intended start, first success after by its answer", () => {
  const seen = summary(down(5000, 6000));
  expect(seen).toMatchObject({
    failed: 50,
    failuresBy: { deadline: 50 },
    firstFailureMs: 5000,
    lastFailureMs: 5980,
    firstSuccessAfterMs: 6002,
    failedMs: 1020,
  });
  expect(seen.gaps).toEqual([{ fromMs: 4982, toMs: 6002, durationMs: 1020, notSampledMs: 0, failedShots: 50 }]);
});

test("a single failed request is a gap, a slow fsync is not", () => {
  expect(summary(down(5000, 5020)).gaps).toHaveLength(1);
  expect(summary(held(5000, 5450)).gaps).toEqual([]);
  expect(summary(held(5000, 5700)).gaps).toHaveLength(1);
});

test("at a slow rate a pause counts only beyond five periods", () => {
  expect(summary(held(5000, 5700), 10_000, [], 200).gaps).toEqual([]);
  expect(summary(held(5000, 5900), 10_000, [], 200).gaps).toHaveLength(1);
});

test("an outage that lasts to the end of sampling is open", () => {
  const seen = summary(down(8000, 99_000));
  expect(seen.longestGap).toMatchObject({ valueMs: 2018, fromMs: 7982, toMs: null });
  expect(seen.firstSuccessAfterMs).toBeNull();
});

test("a stall of ours is neither outage nor uptime", () => {
  const seen = summary((dueMs) => (dueMs >= 5000 && dueMs < 8000 ? NOT_SAMPLED : 2), 10_000, [{ fromMs: 5000, toMs: 8000 }]);
  expect(seen).toMatchObject({ shots: 500, ok: 350, failed: 0, notSampled: 150, availability: 1, gaps: [], failedMs: 0 });
  expect(seen.longestGap?.valueMs).toBeLessThan(50);
  expect(seen.strip).toEqual([
    { fromMs: 0, toMs: 5000, state: "ok" },
    { fromMs: 5000, toMs: 8000, state: "notSampled" },
    { fromMs: 8000, toMs: 10_000, state: "ok" },
  ]);
});

test("one slow answer among fast ones is no gap", () => {
  const seen = summary((dueMs) => (dueMs === 5000 ? 900 : 2));
  expect(seen).toMatchObject({ gaps: [], longestGap: { valueMs: 40 }, latencyMs: { max: 900 } });
});

test("answers that waited for our own stalled process are not an outage", () => {
  expect(summary(held(5000, 6000), 10_000, [{ fromMs: 5000, toMs: 6000 }]).gaps).toEqual([]);
});

test("a stall inside an outage widens its lower bound and nothing else", () => {
  const seen = summary(
    all((dueMs) => (dueMs >= 5500 && dueMs < 6000 ? NOT_SAMPLED : 2), down(5000, 7000)),
    10_000,
    [{ fromMs: 5500, toMs: 6000 }],
  );
  expect(seen.longestGap).toMatchObject({ valueMs: 2020, lowMs: 1500, highMs: 2040, notSampledMs: 500 });
  expect(seen.failedMs).toBe(1520);
});

test("connecting slowly at the start is no outage; failing at the start is one", () => {
  expect(summary(held(0, 700)).gaps).toEqual([]);
  expect(summary(down(0, 400)).gaps).toEqual([{ fromMs: 0, toMs: 402, durationMs: 402, notSampledMs: 0, failedShots: 20 }]);
});

test("a probe that never succeeds has no longest gap and one open outage", () => {
  const seen = summary(() => ({ code: "refused" }), 1000);
  expect(seen).toMatchObject({ longestGap: null, availability: 0, latencyMs: null, failuresBy: { refused: 50 } });
  expect(seen.gaps).toEqual([{ fromMs: 0, toMs: null, durationMs: 1000, notSampledMs: 0, failedShots: 50 }]);
});

test("a row without a single shot is empty, not down", () => {
  const series = collectSeries([row()]).build()[0];
  if (series === undefined) throw new Error("no series");
  expect(summarizeProbe(makeTimeline(series, []))).toMatchObject({ shots: 0, availability: null, longestGap: null, gaps: [], strip: [] });
});

test("percentiles are latencies some request had", () => {
  expect(summary((dueMs) => dueMs / 20 + 1, 2000).latencyMs).toEqual({ p50: 50, p99: 99, max: 100 });
});

test("the paused endpoint fails while any of the endpoints serves", () => {
  const rows = [row({ endpoint: "m1" }), row({ row: 1, endpoint: "m2" })];
  const collector = collectSeries(rows);
  collector.add(0, shotsOf(row(), 10_000, down(5000, 8000)));
  collector.add(
    1,
    shotsOf(row(), 10_000, () => 4),
  );
  const any = anySeries(collector.build());
  if (any === null) throw new Error("no rows");
  expect(summarizeProbe(makeTimeline(any, []))).toMatchObject({ endpoint: "any", failed: 0, gaps: [] });
});

test("at most 100 gaps are listed, longest first, and all of them are counted", () => {
  const seen = summary((dueMs) => ((dueMs / 20) % 2 === 0 ? 2 : { code: "other" }), 20_000);
  expect(seen.gaps).toHaveLength(100);
  expect(seen.failedMs).toBeGreaterThan(19_000);
});

test("the strip keeps every failure within 2000 segments", () => {
  const marks = array(constantFrom(SHOT.ok, SHOT.ok, SHOT.ok, SHOT.deadline, SHOT.notSampled), { minLength: 4000, maxLength: 9000 });
  assert(
    property(marks, (codes) => {
      const collector = collectSeries([row()]);
      collector.add(
        0,
        codes.map((code, n) => [n, code, 1] as const),
      );
      const series = collector.build()[0];
      if (series === undefined) throw new Error("no series");
      const { strip } = summarizeProbe(makeTimeline(series, []));
      expect(strip.length).toBeLessThanOrEqual(2000);
      for (const [index, segment] of strip.entries()) {
        const next = strip[index + 1];
        if (next !== undefined) expect([next.fromMs, next.state === segment.state]).toEqual([segment.toMs, false]);
      }
      let at = 0;
      for (let n = 0; n < series.count; n++) {
        while ((strip[at]?.toMs ?? Number.POSITIVE_INFINITY) <= series.t0Ms + n * 20) at++;
        if (series.codes[n] === SHOT.deadline) expect(strip[at]?.state).toBe("failed");
        if (series.codes[n] === SHOT.notSampled) expect(strip[at]?.state).not.toBe("ok");
      }
    }),
    { numRuns: 8 },
  );
});
