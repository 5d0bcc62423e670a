import { expect, test } from "vitest";
import { down, NOT_SAMPLED, row, shotsOf } from "../../test/support/synthetic-run.ts";
import type { ProbeRow, Shot } from "../core/event.ts";
import { SHOT } from "../core/probe.ts";
import { anySeries, collectSeries, type Series } from "./series.ts";

const CODE_OF = new Map<string, number>([
  [".", SHOT.ok],
  ["x", SHOT.deadline],
  ["r", SHOT.refused],
]);

/** One row from a picture: "." ok, "x" deadline, "r" refused, "?" not sampled, " " never reported. */
function drawn(picture: string, over: Partial<ProbeRow> = {}, latencyMs = 2): Series {
  const collector = collectSeries([row(over)]);
  const shots: Shot[] = picture
    .split("")
    .flatMap((mark, n) => (mark === " " ? [] : [[n, CODE_OF.get(mark) ?? SHOT.notSampled, latencyMs] as const]));
  collector.add(over.row ?? 0, shots);
  const series = collector.build()[0];
  if (series === undefined) throw new Error("no series");
  return series;
}

function picture(series: Series | null): string {
  return [...(series?.codes ?? [])].map((code) => [...CODE_OF].find(([, known]) => known === code)?.[0] ?? "?").join("");
}

test("shots arrive in any order and in batches; one that nobody reported was not sampled", () => {
  const collector = collectSeries([row()]);
  collector.add(0, [
    [3, SHOT.ok, 1],
    [0, SHOT.ok, 1],
  ]);
  collector.add(0, [[1, SHOT.refused, 5]]);
  collector.add(7, [[0, SHOT.ok, 1]]);
  expect(picture(collector.build()[0] ?? null)).toBe(".r?.");
});

test("a row begins with the first shot that was reported", () => {
  const series = drawn("  ..", { t0Ms: 100 });
  expect([series.t0Ms, picture(series)]).toEqual([140, ".."]);
});

test("a row that stopped reporting long before the others was not sampled since", () => {
  const collector = collectSeries([row(), row({ row: 1, endpoint: "m2" })]);
  collector.add(
    0,
    shotsOf(row(), 200, () => 2),
  );
  collector.add(
    1,
    shotsOf(row(), 100, () => 2),
  );
  expect(collector.build().map(picture)).toEqual([".".repeat(10), `${".".repeat(5)}${"?".repeat(5)}`]);
});

test("damaged shot numbers and latencies are ignored, unknown codes count as failures", () => {
  const collector = collectSeries([row()]);
  collector.add(0, [
    [-1, 0, 1],
    [0.5, 0, 1],
    [1e15, 0, 1],
    [1, 0, Number.NaN],
    [0, 77, 1],
  ]);
  expect([...(collector.build()[0]?.codes ?? [])]).toEqual([SHOT.other]);
});

test.each([
  { name: "any endpoint's success is a success", rows: ["xx.", "x.x", ".xx"], any: "..." },
  { name: "failed when every endpoint failed", rows: ["x.", "r.", "x."], any: "x." },
  { name: "a dead endpoint does not turn our own stall into an outage", rows: ["xx", "?.", "?."], any: "?." },
  { name: "not sampled when none was", rows: ["?.", "?."], any: "?." },
  { name: "never counted as up when not sampled", rows: ["?", "?"], any: "?" },
])("any: $name", ({ rows, any }) => {
  expect(picture(anySeries(rows.map((text, index) => drawn(text, { row: index, endpoint: `m${index + 1}` }))))).toBe(any);
});

test("any: the earliest answer counts, measured from the earliest intended start", () => {
  const slow = drawn(".", {}, 50);
  const fast = drawn(".", { row: 1, t0Ms: 5 }, 10);
  const slowest = drawn(".", { row: 2 }, 90);
  expect([...(anySeries([slow, fast, slowest])?.latenciesMs ?? [])]).toEqual([15]);
});

test("any: rows that started later are lined up by when shots were due", () => {
  const early = drawn("xxxx", {});
  const late = drawn("..", { row: 1, t0Ms: 40 });
  expect(picture(anySeries([early, late]))).toBe("??..");
});

test("any: a failure is known when the last endpoint's is", () => {
  const any = anySeries([drawn("x", {}, 1000), drawn("r", { row: 1 }, 3)]);
  expect([any?.codes[0], any?.latenciesMs[0]]).toEqual([SHOT.deadline, 1000]);
});

test("a shot of a stalled process is not sampled, whatever it says of latency", () => {
  const collector = collectSeries([row()]);
  collector.add(
    0,
    shotsOf(row(), 100, (dueMs) => (dueMs === 40 ? NOT_SAMPLED : down(60, 80)(dueMs))),
  );
  expect(picture(collector.build()[0] ?? null)).toBe("..?x.");
});
