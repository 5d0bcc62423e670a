import { expect, test } from "vitest";
import {
  type CrashOptions,
  crashRun,
  down,
  held,
  intent,
  journal,
  row,
  runStarted,
  SENTINEL_OK,
} from "../../test/support/synthetic-run.ts";
import type { RunEvent } from "../core/event.ts";
import type { RunRecord } from "../core/record.ts";
import { foldRun, judge } from "./fold.ts";

const WHOLE = { head: "h".repeat(64), problem: null };

function fold(options: CrashOptions = {}): RunRecord {
  return foldRun(crashRun(options), WHOLE);
}

test("a leader crash with held requests passes, with the number in the verdict", () => {
  const record = fold();
  expect(record).toMatchObject({ outcome: "passed", leftBroken: false, exitCode: 0, complete: true, recoveredLater: false });
  expect(record.verdict).toBe('Passed: writes were back 1.24 s ± 20 ms after "Kill the leader" (m2) (objective 5 s).');
  expect(record.objectives[0]).toMatchObject({ verdict: "met", promise: "RTO ≤ 5 s", measured: "1.24 s ± 20 ms", measuredValue: 1242 });
  expect(record.steps).toHaveLength(1);
  expect(record.steps[0]).toMatchObject({
    faultAtMs: 10_000,
    repairStartedAtMs: 25_000,
    repairedAtMs: 26_000,
    undo: { verified: true },
    victims: ["m2"],
  });
  expect(record.steps[0]?.recoveries).toMatchObject([
    { kind: "serviceRestored", measured: { valueMs: 1242 }, sinceRepairMs: null },
    { kind: "dataVerified", measured: { valueMs: 17_000, lowMs: 16_000, highMs: 18_000 }, neverLost: false, sinceRepairMs: 2000 },
    { kind: "redundancyRestored", measured: { valueMs: 16_500, resolutionMs: 200 }, neverLost: false, sinceRepairMs: 1500 },
    { kind: "normalRestored", measured: { valueMs: 25_000 }, sinceRepairMs: 10_000 },
  ]);
});

test("judge and fold give the same verdict", () => {
  for (const options of [
    {},
    { proved: false },
    { undoVerified: false },
    { behave: down(10_000, 20_000) },
    { data: { ...SENTINEL_OK, mismatched: 1 } },
  ]) {
    const events = crashRun(options);
    const { outcome, leftBroken, reasons, objectives } = foldRun(events, WHOLE);
    const verdicts = Object.fromEntries(objectives.map(({ spec, verdict }) => [spec.id, verdict]));
    expect(judge(events.slice(0, -2))).toMatchObject({ outcome, leftBroken, reasons, verdicts });
  }
});

test("killed between intent and act: left broken, never passed, not complete", () => {
  const events = crashRun().filter((event) => event.atMs < 9997);
  expect(foldRun(events, WHOLE)).toMatchObject({
    complete: false,
    outcome: "inconclusive",
    leftBroken: true,
    exitCode: 4,
    finishedAt: null,
    steps: [{ faultAtMs: null, recoveries: [] }],
  });
});

test("killed while breaking: the fault began with the first act", () => {
  const events = crashRun().filter((event) => event.atMs < 10_105);
  expect(foldRun(events, WHOLE)).toMatchObject({ outcome: "inconclusive", leftBroken: true, steps: [{ faultAtMs: 10_000, effect: null }] });
});

test("every prefix of a good journal folds, and none of them passes", () => {
  const events = crashRun();
  for (let length = 1; length < events.length; length++) {
    const record = foldRun(events.slice(0, length), WHOLE);
    expect([length, record.complete, record.outcome]).not.toEqual([length, false, "passed"]);
    expect(record.complete).toBe(false);
  }
});

test("a run that died and was recovered by another process is not left broken, and not passed", () => {
  const events = crashRun({ seal: false, undoVerified: null }).filter((event) => event.atMs < 20_000);
  const later = journal([
    ...events.map((event) => [event.atMs, event] as const),
    [50_000, { type: "recover.started", data: { by: "bob", reason: "the runner ended before its run did" } }],
    [51_000, { type: "step.undone", data: { step: "s1", verified: true, because: "looked", startedAtMs: 50_100 } }],
    [52_000, { type: "residue.scanned", data: { found: [] } }],
  ]);
  expect(foldRun(later, WHOLE)).toMatchObject({
    complete: true,
    outcome: "inconclusive",
    leftBroken: false,
    exitCode: 3,
    recoveredLater: true,
  });
  expect(foldRun(later, WHOLE).reasons[0]).toBe(
    "The runner died during the run; another process put things back: the runner ended before its run did.",
  );
});

test("putting back later what a finished run left broken does not make it a pass", () => {
  const events = journal([
    ...crashRun({ undoVerified: false }).map((event) => [event.atMs, event] as const),
    [50_000, { type: "recover.started", data: { by: "bob", reason: "left broken" } }],
    [51_000, { type: "step.undone", data: { step: "s1", verified: true, because: "looked", startedAtMs: 50_100 } }],
  ]);
  expect(foldRun(events, WHOLE)).toMatchObject({ outcome: "failed", leftBroken: false, exitCode: 1 });
});

test("a damaged chain is not complete and cannot pass", () => {
  const record = foldRun(crashRun(), { head: "x", problem: "line 7 does not follow from the line before it" });
  expect(record).toMatchObject({
    complete: false,
    outcome: "inconclusive",
    reasons: ["The journal is not whole: line 7 does not follow from the line before it.", expect.anything()],
  });
  expect(foldRun(crashRun().slice(0, -1), WHOLE)).toMatchObject({ complete: false, outcome: "inconclusive" });
});

test("a seal that counts wrong does not hold", () => {
  const events = crashRun().map((event): RunEvent => (event.type === "run.sealed" ? { ...event, data: { events: 3 } } : event));
  expect(foldRun(events, WHOLE)).toMatchObject({ complete: false, outcome: "inconclusive" });
});

test("a journal without its first line says so", () => {
  expect(() => foldRun([], WHOLE)).toThrow('does not begin with "run.started"');
});

test("endpoints: the row that is up when any is comes first, and a dead endpoint does not fail it", () => {
  const dead = row({ row: 1, endpoint: "m2" });
  const record = fold({
    rows: [
      { row: row({ endpoint: "m1" }), behave: held(10_000, 11_000) },
      { row: dead, behave: down(10_000, 26_000) },
    ],
  });
  expect(record.probes.map(({ endpoint, failed }) => [endpoint, failed > 0])).toEqual([
    ["any", false],
    ["m1", false],
    ["m2", true],
  ]);
  expect(record.objectives[0]).toMatchObject({ verdict: "met", measuredValue: 1002 });
  expect(record.notShown.join("\n")).toContain("any of m1, m2 answered");
});

test("the redundancy probe is preferred to looking now and then, unless its hold window was cut short", () => {
  const redundancy = row({ row: 1, probe: "redundancy", type: "etcd-redundancy", everyMs: 200 });
  const write = { row: row(), behave: held(10_000, 11_000) };
  const recovery = (behave: ReturnType<typeof down>): unknown =>
    fold({ rows: [write, { row: redundancy, behave }] }).steps[0]?.recoveries[2];
  expect(recovery(down(10_000, 26_200))).toMatchObject({ measured: { valueMs: 16_202, resolutionMs: 200 }, sinceRepairMs: 1202 });
  expect(recovery(down(10_000, 36_000))).toMatchObject({ measured: { valueMs: 16_500 } });
  expect(recovery(down(10_000, 99_000))).toMatchObject({ measured: null });
});

test("redundancy never seen lost is bounded by the first look; seen lost and never restored is a null with a reason", () => {
  const without = (...what: readonly string[]): readonly RunEvent[] =>
    crashRun().filter((event) => event.type !== "observed" || !what.includes(event.data.what));
  expect(foldRun(without("redundancyLost"), WHOLE).steps[0]?.recoveries[2]).toMatchObject({
    neverLost: true,
    measured: { valueMs: 16_500, lowMs: 0 },
    sinceRepairMs: null,
  });
  expect(foldRun(without("redundancyRestored"), WHOLE).steps[0]?.recoveries[2]).toMatchObject({
    measured: null,
    why: expect.stringContaining("2 of 3 voters") as string,
  });
  expect(foldRun(without("redundancyLost", "redundancyRestored"), WHOLE).steps[0]?.recoveries[2]).toMatchObject({
    measured: null,
    why: "nobody looked for it after the fault",
  });
});

test("redundancy seen before it was lost does not count as restored", () => {
  const early = { what: "redundancyRestored", ok: true, detail: "3 of 3 voters", resolutionMs: 200, atMs: 10_150 } as const;
  expect(fold({ more: [[10_150, { type: "observed", data: early }]] }).steps[0]?.recoveries[2]).toMatchObject({
    neverLost: false,
    measured: { valueMs: 16_500 },
  });
});

test("a step that only takes a snapshot is no fault: objectives bind to what takes members down, and its time is not cut", () => {
  const snapshot = intent("s0", "Take a snapshot", {
    drill: "etcd-snapshot",
    victims: [],
    breaks: [{ op: "snapshot.save", member: "m1", file: "/s" }],
  });
  const more = (atMs: number): CrashOptions["more"] => [
    [atMs, { type: "step.started", data: { step: "s0", name: "Take a snapshot", kind: "drill", drill: "etcd-snapshot" } }],
    [atMs + 1, { type: "step.intent", data: snapshot }],
    [atMs + 2, { type: "step.injected", data: { step: "s0", faultAtMs: atMs + 2 } }],
    [atMs + 3, { type: "effect.checked", data: { step: "s0", proved: true, because: "verified", before: 0, after: 1 } }],
    [atMs + 4, { type: "step.settled", data: { step: "s0" } }],
  ];
  for (const atMs of [2000, 12_000]) {
    const record = fold({ more: more(atMs) ?? [] });
    expect(record.objectives[0]).toMatchObject({ verdict: "met", measuredValue: 1242 });
    expect(record.steps.find(({ id }) => id === "s0")).toMatchObject({ faultAtMs: null, recoveries: [] });
  }
});

test("acts for the run as a whole are not a step", () => {
  const act = {
    step: "-",
    phase: "cleanup",
    index: 0,
    op: { op: "etcd.deletePrefix", prefix: "/firedrill/x/" },
    exact: "",
    startedAtMs: 40_000,
    tookMs: 1,
    ok: true,
    evidence: null,
  } as const;
  expect(fold({ more: [[40_001, { type: "act", data: act }]] }).steps.map(({ id }) => id)).toEqual(["s1"]);
});

test("what a run does not show is said", () => {
  const { notShown } = fold({ data: null });
  expect(notShown).toEqual(
    expect.arrayContaining([
      expect.stringContaining("were not checked"),
      expect.stringContaining("on one machine"),
      expect.stringContaining("pauses up to 500 ms"),
    ]),
  );
  expect(foldRun(journal([[0, { type: "run.started", data: runStarted() }]]), WHOLE).notShown.join("\n")).toContain("No probe ran");
});

test("a million shots fold", () => {
  const rows = [0, 1, 2].map((index) => row({ row: index, endpoint: `m${index + 1}` }));
  const record = fold({ rows: rows.map((each) => ({ row: each, behave: held(10_000, 11_000) })), untilMs: 333_334 * 20 });
  expect(record.probes.map(({ shots }) => shots)).toEqual([333_334, 333_334, 333_334, 333_334]);
  expect(record.objectives[0]).toMatchObject({ measuredValue: 1002 });
});
