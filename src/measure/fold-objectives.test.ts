import { expect, test } from "vitest";
import { type CrashOptions, crashRun, down, held, NOT_SAMPLED, RPO_0, RTO_5S, SENTINEL_OK } from "../../test/support/synthetic-run.ts";
import type { ObjectiveSpec } from "../core/event.ts";
import type { RunRecord } from "../core/record.ts";
import { foldRun } from "./fold.ts";

const WHOLE = { head: "h".repeat(64), problem: null };

function fold(options: CrashOptions = {}): RunRecord {
  return foldRun(crashRun(options), WHOLE);
}

function withObjectives(...objectives: readonly ObjectiveSpec[]): Pick<CrashOptions, "started"> {
  return { started: { objectives } };
}

function rto(limitMs: number, over: Partial<ObjectiveSpec> = {}): ObjectiveSpec {
  return { ...RTO_5S, promise: { kind: "rto", limitMs, of: "serviceRestored" }, ...over };
}

test.each<{ name: string; options: CrashOptions; verdict: string; says: string }>([
  { name: "within the bound", options: withObjectives(rto(1300)), verdict: "met", says: "1.24 s ± 20 ms" },
  {
    name: "on both sides of the bound",
    options: withObjectives(rto(1250)),
    verdict: "inconclusive",
    says: "between 1.22 s and 1.26 s, on both sides",
  },
  { name: "value beyond, lower bound within", options: withObjectives(rto(1230)), verdict: "inconclusive", says: "on both sides" },
  { name: "beyond the bound", options: withObjectives(rto(1200)), verdict: "missed", says: "1.24 s ± 20 ms" },
  {
    name: "probe that does not exist",
    options: withObjectives(rto(5000, { probes: ["nope"] })),
    verdict: "inconclusive",
    says: 'no samples of probe "nope"',
  },
  {
    name: "step that broke nothing",
    options: withObjectives(rto(5000, { step: "Other" })),
    verdict: "inconclusive",
    says: 'step "Other" broke nothing',
  },
  {
    name: "no probes named: those that stand for clients",
    options: withObjectives(rto(5000, { probes: [] })),
    verdict: "met",
    says: "Writes were back",
  },
  { name: "never interrupted", options: { ...withObjectives(rto(5000)), behave: () => 2 }, verdict: "met", says: "could have gone unseen" },
  {
    name: "still down when sampling ended, before the limit",
    options: { ...withObjectives(rto(60_000)), behave: down(10_000, 99_000) },
    verdict: "inconclusive",
    says: "had not come back",
  },
  {
    name: "too much not sampled",
    options: { ...withObjectives(rto(9000)), behave: (dueMs) => (dueMs % 1000 < 220 && dueMs > 12_000 ? NOT_SAMPLED : 2) },
    verdict: "inconclusive",
    says: "% of the time after",
  },
  {
    name: "redundancy",
    options: withObjectives({ ...RTO_5S, promise: { kind: "rto", limitMs: 20_000, of: "redundancyRestored" } }),
    verdict: "met",
    says: "Full redundancy was back 16.5 s ± 200 ms",
  },
  {
    name: "normal",
    options: withObjectives({ ...RTO_5S, promise: { kind: "rto", limitMs: 20_000, of: "normalRestored" } }),
    verdict: "missed",
    says: "Normal operation was back 25 s",
  },
  {
    name: "no loss",
    options: withObjectives(RPO_0),
    verdict: "met",
    says: "0 of 500 acknowledged writes are missing (objective ≤ 0 writes)",
  },
  {
    name: "loss",
    options: { ...withObjectives(RPO_0), data: { ...SENTINEL_OK, lost: 1, lostMs: 50 } },
    verdict: "missed",
    says: "1 of 500 acknowledged writes is missing, made over 50 ms",
  },
  {
    name: "loss within what is allowed",
    options: { ...withObjectives({ ...RPO_0, promise: { kind: "rpo-writes", limit: 14 } }), data: { ...SENTINEL_OK, lost: 14 } },
    verdict: "met",
    says: "14 of 500",
  },
  {
    name: "loss in time",
    options: {
      ...withObjectives({ ...RPO_0, promise: { kind: "rpo-time", limitMs: 1000 } }),
      data: { ...SENTINEL_OK, lost: 30, lostMs: 1500 },
    },
    verdict: "missed",
    says: "made over 1.5 s (objective ≤ 1 s)",
  },
  { name: "no data check", options: { ...withObjectives(RPO_0), data: null }, verdict: "inconclusive", says: "not checked" },
  {
    name: "incomplete data check",
    options: { ...withObjectives(RPO_0), data: { ...SENTINEL_OK, complete: false, problem: "no quorum" } },
    verdict: "inconclusive",
    says: "did not finish: no quorum",
  },
  {
    name: "nothing acknowledged",
    options: { ...withObjectives(RPO_0), data: { ...SENTINEL_OK, acked: 0 } },
    verdict: "inconclusive",
    says: "No write was acknowledged",
  },
  {
    name: "revision went back",
    options: { ...withObjectives(RPO_0), data: { ...SENTINEL_OK, wentBackwards: true } },
    verdict: "missed",
    says: "watchers cannot notice",
  },
  {
    name: "nothing lost to an unproved fault",
    options: { ...withObjectives(RPO_0), proved: false },
    verdict: "inconclusive",
    says: "not proved",
  },
  {
    name: "loss under an unproved fault is still a loss",
    options: { ...withObjectives(RPO_0), proved: false, data: { ...SENTINEL_OK, lost: 1 } },
    verdict: "missed",
    says: "1 of 500",
  },
  {
    name: "availability",
    options: { ...withObjectives({ ...RPO_0, promise: { kind: "availability", atLeast: 0.9 } }), behave: down(10_000, 13_000) },
    verdict: "met",
    says: "90 % of 1500 requests",
  },
  {
    name: "availability missed",
    options: { ...withObjectives({ ...RPO_0, promise: { kind: "availability", atLeast: 0.95 } }), behave: down(10_000, 13_000) },
    verdict: "missed",
    says: "(objective 95 %)",
  },
  {
    name: "no interruption seen, but a stall could hide one within the limit",
    options: { ...withObjectives(rto(5000)), behave: (dueMs) => (dueMs >= 10_000 && dueMs < 12_000 ? NOT_SAMPLED : 2) },
    verdict: "met",
    says: "up to 2.04 s could have gone unseen",
  },
  {
    name: "no interruption seen, but a stall could hide one beyond the limit",
    options: { ...withObjectives(rto(1500)), behave: (dueMs) => (dueMs >= 10_000 && dueMs < 12_000 ? NOT_SAMPLED : 2) },
    verdict: "inconclusive",
    says: "on both sides",
  },
  {
    name: "availability with short stalls only",
    options: {
      ...withObjectives({ ...RPO_0, promise: { kind: "availability", atLeast: 0.99 } }),
      behave: (dueMs) => (dueMs % 2000 < 100 ? NOT_SAMPLED : 2),
    },
    verdict: "met",
    says: "100 % of 1425 requests",
  },
  {
    name: "not sampled within what counts as an outage anyway",
    options: {
      ...withObjectives(rto(20_000)),
      behave: (dueMs) => (dueMs >= 12_000 && dueMs < 22_000 ? NOT_SAMPLED : down(10_000, 23_000)(dueMs)),
    },
    verdict: "met",
    says: "Writes were back 13 s ± 20 ms",
  },
  {
    name: "not sampled just before it was back",
    options: {
      ...withObjectives(rto(20_000)),
      behave: (dueMs) => (dueMs >= 12_000 && dueMs < 13_000 ? NOT_SAMPLED : held(10_000, 15_000)(dueMs)),
    },
    verdict: "met",
    says: "Writes were back 5 s (3.98 s to 5.02 s) after",
  },
  {
    name: "availability that what was not sampled could decide",
    options: {
      ...withObjectives({ ...RPO_0, promise: { kind: "availability", atLeast: 0.99 } }),
      behave: (dueMs) => (dueMs >= 20_000 && dueMs < 21_000 ? NOT_SAMPLED : 2),
    },
    verdict: "inconclusive",
    says: "50 requests not sampled could decide",
  },
])("objective: $name", ({ options, verdict, says }) => {
  const [objective] = fold(options).objectives;
  expect(objective).toMatchObject({ verdict, because: expect.stringContaining(says) as string });
});

test("a verdict names the objective nearest to its limit, or furthest beyond it", () => {
  expect(fold(withObjectives(rto(9000, { id: "a" }), rto(2000, { id: "b" }))).verdict).toContain("(objective 2 s)");
  expect(fold({ ...withObjectives(rto(1000, { id: "a" }), rto(200, { id: "b" }), rto(5000, { id: "c" })) }).verdict).toBe(
    'Failed: writes were back 1.24 s ± 20 ms after "Kill the leader" (m2) (objective 200 ms).',
  );
});
