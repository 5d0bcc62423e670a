import { expect, test } from "vitest";
import { killedRecord, passedRecord, refusedRecord } from "../../test/fixtures/record.ts";
import type { RunRecord, StepResult } from "../core/record.ts";
import { momentsOf, phasesOf } from "./phases.ts";

function words(record: RunRecord): readonly string[] {
  return phasesOf(record).map((phase) => `${phase.label} ${phase.fromMs}-${phase.toMs}`);
}

test("a fault that is undone", () => {
  expect(words(passedRecord())).toEqual(["baseline 40-3210", "fault held 3210-23300", "undo 23300-24110", "settle and soak 24110-38000"]);
});

test("a fault that nobody took back lasts to the end", () => {
  expect(words(killedRecord())).toEqual(["baseline 40-3210", "fault, not put back 3210-38000"]);
});

test("without a fault there is one phase", () => {
  expect(phasesOf(refusedRecord())).toHaveLength(1);
});

test("two faults that overlap leave no hole and no overlap", () => {
  const base = passedRecord();
  const first = base.steps[0] as StepResult;
  const second: StepResult = { ...first, id: "s3", faultAtMs: 10_000, repairStartedAtMs: 30_000, repairedAtMs: 31_000 };
  const record = { ...base, steps: [first, second] };
  expect(words(record)).toEqual([
    "baseline 40-3210",
    "fault held 3210-23300",
    "undo 23300-24110",
    "fault held 24110-30000",
    "undo 30000-31000",
    "settle and soak 31000-38000",
  ]);
});

test("time between two faults is named so", () => {
  const base = passedRecord();
  const first = base.steps[0] as StepResult;
  const second: StepResult = { ...first, id: "s3", faultAtMs: 30_000, repairStartedAtMs: 32_000, repairedAtMs: 33_000 };
  expect(words({ ...base, steps: [first, second] })[3]).toBe("between 24110-30000");
});

test("moments come in order of time", () => {
  expect(momentsOf(passedRecord()).map((moment) => [moment.atMs, moment.kind])).toEqual([
    [3210, "fault"],
    [3290, "effect"],
    [4452, "restored"],
    [23_300, "repair"],
    [24_110, "repaired"],
  ]);
});

test("what was never lost is not marked as restored", () => {
  const base = passedRecord();
  const first = base.steps[0] as StepResult;
  const steps = [{ ...first, recoveries: first.recoveries.map((recovery) => ({ ...recovery, neverLost: true })) }];
  expect(momentsOf({ ...base, steps }).map((moment) => moment.kind)).not.toContain("restored");
});
