import { expect, test } from "vitest";
import { all, type Behaviour, down, FAILED, held, NOT_SAMPLED, row, shotsOf } from "../../test/support/synthetic-run.ts";
import type { ProbeRow } from "../core/event.ts";
import { type HoldAnswer, judgeHold } from "./hold.ts";
import { collectSeries } from "./series.ts";
import type { Span } from "./spans.ts";
import { makeTimeline, type Timeline } from "./timeline.ts";

interface Given {
  readonly behave: Behaviour;
  readonly row?: Partial<ProbeRow>;
  readonly stalls?: readonly Span[];
  readonly untilMs?: number;
}

function timeline({ behave, row: over, stalls = [], untilMs = 40_000 }: Given): Timeline {
  const own = row(over);
  const collector = collectSeries([own]);
  collector.add(0, shotsOf(own, untilMs, behave));
  const series = collector.build()[0];
  if (series === undefined) throw new Error("no series");
  return makeTimeline(series, stalls);
}

/** Fault at 10 s, hold window 5 s. */
function answer(given: Given | readonly Given[], nextFaultMs = Number.POSITIVE_INFINITY): HoldAnswer {
  const timelines = "behave" in given ? [timeline(given)] : given.map(timeline);
  return judgeHold({ timelines, faultAtMs: 10_000, untilMs: nextFaultMs, holdMs: 5000 });
}

function stall(fromMs: number, toMs: number): Pick<Given, "stalls"> & { readonly behave: Behaviour } {
  return { stalls: [{ fromMs, toMs }], behave: (dueMs) => (dueMs >= fromMs && dueMs < toMs ? NOT_SAMPLED : 2) };
}

test("requests held through the election: back at the first answer, not at the first intended start that succeeded", () => {
  expect(answer({ behave: held(10_000, 11_240) })).toMatchObject({
    kind: "restored",
    measured: { valueMs: 1242, lowMs: 1222, highMs: 1262, resolutionMs: 20 },
    fromMs: 10_000,
    atMs: 11_242,
  });
});

test("some requests fail at their deadline, later ones are answered late: the first answer counts", () => {
  expect(answer({ behave: held(10_000, 12_000, 1000) })).toMatchObject({ kind: "restored", measured: { valueMs: 2002 } });
});

test("nothing above noise: never lost, with the longest pause as bound", () => {
  expect(answer({ behave: held(10_000, 10_120) })).toMatchObject({ kind: "neverLost", measured: { valueMs: 140, lowMs: 0, highMs: 160 } });
});

test("a loss before the fault is not this fault's", () => {
  expect(answer({ behave: down(5000, 6000) })).toMatchObject({ kind: "neverLost" });
});

test("down since before the fault counts from the fault", () => {
  expect(answer({ behave: down(8000, 12_000) })).toMatchObject({ kind: "restored", measured: { valueMs: 2002 } });
});

test("a hiccup inside the hold window starts it again", () => {
  expect(answer({ behave: all(down(10_000, 11_000), down(15_000, 15_020)) })).toMatchObject({
    kind: "restored",
    measured: { valueMs: 5022 },
    atMs: 15_022,
  });
  expect(answer({ behave: all(down(10_000, 11_000), held(15_000, 15_600)) })).toMatchObject({
    kind: "restored",
    measured: { valueMs: 5602 },
  });
});

test("a hiccup after the hold window is another loss; the longest counts and the others are named", () => {
  const short = answer({ behave: all(down(10_000, 11_000), down(20_000, 20_300)) });
  expect(short).toMatchObject({ kind: "restored", measured: { valueMs: 1002 } });
  expect(short.why).toContain("also without service for 320 ms from 9.98 s after the fault");
  const long = answer({ behave: all(down(10_000, 11_000), down(20_000, 23_000)) });
  expect(long).toMatchObject({ kind: "restored", measured: { valueMs: 3020 }, fromMs: 19_982 });
});

test("a fault that shows only after service held is counted from the loss, and cannot pass as never lost", () => {
  const late = answer({ behave: down(20_000, 28_000) });
  expect(late).toMatchObject({ kind: "restored", measured: { valueMs: 8020 }, fromMs: 19_982 });
  expect(late.why).toContain("lost 9.98 s after the fault");
});

test("never back", () => {
  expect(answer({ behave: down(10_000, 99_000) })).toMatchObject({ kind: "notRestored", atLeastMs: 29_980, backAtEnd: false });
});

test("lost again for good after it was back", () => {
  expect(answer({ behave: all(down(10_000, 11_000), down(30_000, 99_000)) })).toMatchObject({ kind: "notRestored", backAtEnd: false });
});

test("back, but sampling ended within the hold window", () => {
  const open = answer({ behave: down(10_000, 36_000) });
  expect(open).toMatchObject({ kind: "notRestored", atLeastMs: 25_982, backAtEnd: true });
  expect(answer({ behave: down(10_000, 34_900) })).toMatchObject({ kind: "restored" });
});

test("a late hiccup near the end does not undo a recovery that had held", () => {
  expect(answer({ behave: all(down(10_000, 11_000), down(38_000, 38_100)) })).toMatchObject({
    kind: "restored",
    measured: { valueMs: 1002 },
  });
});

test("never lost needs a whole hold window too", () => {
  expect(answer({ behave: () => 2, untilMs: 12_000 })).toMatchObject({ kind: "notMeasured" });
  expect(answer({ behave: () => 2 }, 12_000)).toMatchObject({ kind: "notMeasured" });
});

test("the next fault ends the window; requests it cuts in flight are not this fault's", () => {
  expect(answer({ behave: all(down(10_000, 11_000), down(19_900, 25_000)) }, 20_000)).toMatchObject({
    kind: "restored",
    measured: { valueMs: 1002 },
  });
  expect(answer({ behave: down(19_900, 25_000) }, 20_000)).toMatchObject({ kind: "neverLost", measured: { valueMs: 118 } });
  expect(answer({ behave: down(10_000, 25_000) }, 20_000)).toMatchObject({ kind: "notRestored", atLeastMs: 9980 });
});

test("all named probes must hold: the last one back decides", () => {
  const both = answer([{ behave: down(10_000, 11_000) }, { row: { probe: "api", everyMs: 100 }, behave: down(10_500, 13_000) }]);
  expect(both).toMatchObject({ kind: "restored", measured: { valueMs: 3002, resolutionMs: 100 } });
});

test("probes that fail one after the other are one loss when no hold window lies between", () => {
  expect(answer([{ behave: down(10_000, 11_000) }, { row: { probe: "api" }, behave: down(14_000, 15_000) }])).toMatchObject({
    measured: { valueMs: 5002 },
  });
});

test("a stall of ours inside the outage widens the lower bound, but not below the last request that failed", () => {
  const { behave, stalls = [] } = stall(10_500, 11_000);
  expect(answer({ behave: all(behave, held(10_000, 12_000)), stalls })).toMatchObject({
    measured: { valueMs: 2002, lowMs: 1482, highMs: 2022 },
  });
  expect(answer({ behave: all(behave, down(10_000, 12_000)), stalls })).toMatchObject({ measured: { valueMs: 2002, lowMs: 1980 } });
  expect(answer({ behave: all(behave, down(10_000, 99_000)), stalls })).toMatchObject({ kind: "notRestored", atLeastMs: 29_980 });
});

test("a long stall right after it was back could hide more of the outage", () => {
  const { behave, stalls = [] } = stall(12_500, 14_000);
  expect(answer({ behave: all(behave, down(10_000, 12_000)), stalls })).toMatchObject({ measured: { valueMs: 2002, highMs: 4020 } });
});

test("a stall alone is no loss, but bounds what could have been missed", () => {
  expect(answer(stall(12_000, 12_400))).toMatchObject({ kind: "neverLost", measured: { lowMs: 0, highMs: 440 } });
  expect(answer(stall(12_000, 14_000))).toMatchObject({ kind: "unclear", measured: { lowMs: 0, highMs: 2040 } });
});

test("stalled time does not count towards the hold window", () => {
  const { behave, stalls = [] } = stall(35_500, 38_500);
  expect(answer({ behave: all(behave, down(10_000, 34_000)), stalls })).toMatchObject({ kind: "notRestored", backAtEnd: true });
  expect(answer({ behave: all(behave, down(10_000, 31_500)), stalls })).toMatchObject({ kind: "restored" });
});

test.each([
  { name: "no probe", given: [], why: "no probe measured it" },
  {
    name: "no samples after the fault",
    given: [{ behave: () => 2, untilMs: 9000 }],
    why: 'probe "etcd-write" has no samples after the fault',
  },
  { name: "nothing sampled after the fault", given: [stall(10_000, 40_000)], why: 'probe "etcd-write" was not sampled after the fault' },
  {
    name: "a probe that never worked",
    given: [{ behave: () => FAILED }],
    why: 'probe "etcd-write" never succeeded, not even before the fault',
  },
])("not measured: $name", ({ given, why }) => {
  expect(answer(given)).toEqual({ kind: "notMeasured", why });
});
