import { describe, expect, test } from "vitest";
import { passedRecord } from "../../test/fixtures/record.ts";
import { all, type Element, parseMarkup } from "../../test/support/markup-check.ts";
import type { ProbeSummary, StripSegment } from "../core/record.ts";
import { percent, ticks } from "./svg-scale.ts";
import { stripRow } from "./svg-strip.ts";

const SPAN = { fromMs: 0, toMs: 100_000 };

function draw(strip: readonly StripSegment[]): Element {
  const probe: ProbeSummary = { ...(passedRecord().probes[0] as ProbeSummary), strip, gaps: [] };
  return parseMarkup(stripRow(probe, SPAN, 0).markup, true);
}

function rects(root: Element, look: string): readonly Element[] {
  return all(root, "rect").filter((rect) => rect.attributes["class"] === look);
}

test("a failure too short for a pixel gets a line that is seen", () => {
  const root = draw([
    { fromMs: 0, toMs: 50_000, state: "ok" },
    { fromMs: 50_000, toMs: 50_020, state: "failed" },
    { fromMs: 50_020, toMs: 100_000, state: "ok" },
  ]);
  const line = all(root, "line").find((one) => one.attributes["class"] === "s-thin");
  expect(line?.attributes["x1"]).toBe("50%");
  expect(line?.attributes["y1"]).not.toBe(line?.attributes["y2"]);
});

test("of thousands of segments every failure is drawn", () => {
  const strip: StripSegment[] = [];
  for (let ms = 0; ms < 100_000; ms += 50)
    strip.push({ fromMs: ms, toMs: ms + 50, state: ms === 77_750 ? "failed" : ms % 100 === 0 ? "ok" : "notSampled" });
  const root = draw(strip);
  expect(rects(root, "s-failed")).toHaveLength(1);
  expect(Number.parseFloat(rects(root, "s-failed")[0]?.attributes["x"] ?? "")).toBeCloseTo(77.75, 0);
  expect(all(root, "rect").length).toBeLessThanOrEqual(600);
});

test("time that was not sampled is no failure and no success", () => {
  const root = draw([{ fromMs: 0, toMs: 100_000, state: "notSampled" }]);
  expect(rects(root, "s-none")).toHaveLength(1);
  expect(rects(root, "s-ok")).toHaveLength(0);
});

describe("scale", () => {
  test.each([
    [-5, 0],
    [0, 0],
    [25_000, 25],
    [100_000, 100],
    [200_000, 100],
  ])("%d ms is at %d %%", (ms, expected) => {
    expect(percent(SPAN, ms)).toBe(expected);
  });

  test("ticks are round, within the span and counted from the origin", () => {
    expect(ticks({ fromMs: -600, toMs: 2100 }, 0, 6)).toEqual([-500, 0, 500, 1000, 1500, 2000]);
    expect(ticks({ fromMs: 40, toMs: 38_000 }, 0, 8)).toEqual([5000, 10_000, 15_000, 20_000, 25_000, 30_000, 35_000]);
    expect(ticks({ fromMs: 3210, toMs: 5210 }, 3210, 4)).toEqual([3210, 3710, 4210, 4710, 5210]);
  });

  test("a span without length has one tick, a week has days", () => {
    expect(ticks({ fromMs: 5, toMs: 5 }, 0, 8)).toEqual([5]);
    expect(ticks({ fromMs: 0, toMs: 7 * 86_400_000 }, 0, 7)).toHaveLength(8);
  });
});
