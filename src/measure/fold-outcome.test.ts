import { expect, test } from "vitest";
import { type CrashOptions, crashRun, down, intent, journal, runStarted, SENTINEL_OK } from "../../test/support/synthetic-run.ts";
import type { PlannedStep, RunEvent } from "../core/event.ts";
import type { RunRecord } from "../core/record.ts";
import { foldRun } from "./fold.ts";

const WHOLE = { head: "h".repeat(64), problem: null };

function fold(options: CrashOptions = {}): RunRecord {
  return foldRun(crashRun(options), WHOLE);
}

test.each<{ name: string; options: CrashOptions; outcome: string; exitCode: number; says: string }>([
  {
    name: "too slow",
    options: { behave: down(10_000, 17_000) },
    outcome: "failed",
    exitCode: 1,
    says: "Failed: writes were back 7 s ± 20 ms after",
  },
  {
    name: "never back",
    options: { behave: down(10_000, 99_000) },
    outcome: "failed",
    exitCode: 1,
    says: "Failed: writes were not back 30 s after",
  },
  {
    name: "effect not proved",
    options: { proved: false },
    outcome: "inconclusive",
    exitCode: 3,
    says: 'the effect of "Kill the leader" is not proved: m2 still runs',
  },
  { name: "effect not checked", options: { proved: null }, outcome: "inconclusive", exitCode: 3, says: "it was not checked" },
  {
    name: "slow, but nobody can say of what",
    options: { proved: false, behave: down(10_000, 17_000) },
    outcome: "inconclusive",
    exitCode: 3,
    says: "is not proved",
  },
  {
    name: "undo not verified",
    options: { undoVerified: false },
    outcome: "failed",
    exitCode: 4,
    says: '"Kill the leader" was not put back: member m2 is down',
  },
  {
    name: "undo missing",
    options: { undoVerified: null },
    outcome: "failed",
    exitCode: 4,
    says: '"Kill the leader" was begun and not undone',
  },
  {
    name: "revision went back",
    options: { data: { ...SENTINEL_OK, wentBackwards: true, revisionNow: 800 } },
    outcome: "failed",
    exitCode: 1,
    says: "The revision went back: 900",
  },
  {
    name: "other values",
    options: { data: { ...SENTINEL_OK, mismatched: 2 } },
    outcome: "failed",
    exitCode: 1,
    says: "2 acknowledged writes came back with another value",
  },
  {
    name: "members differ",
    options: { data: { ...SENTINEL_OK, hashes: { m1: "a", m2: "b" }, hashesAgree: false } },
    outcome: "failed",
    exitCode: 1,
    says: "key spaces differ at one revision: m1 a, m2 b",
  },
  {
    name: "a hash that could not be read",
    options: { data: { ...SENTINEL_OK, hashes: { m1: "a" }, hashesAgree: false } },
    outcome: "passed",
    exitCode: 0,
    says: "Passed",
  },
  {
    name: "loss that no objective speaks of",
    options: { data: { ...SENTINEL_OK, lost: 3 } },
    outcome: "inconclusive",
    exitCode: 3,
    says: "3 acknowledged writes are missing, and no objective",
  },
])("outcome: $name", ({ options, outcome, exitCode, says }) => {
  const record = fold(options);
  expect({ outcome: record.outcome, exitCode: record.exitCode }).toEqual({ outcome, exitCode });
  expect([record.verdict, ...record.reasons].join("\n")).toContain(says);
});

test.each<{ name: string; events: readonly RunEvent[]; outcome: string; exitCode: number; reason: string }>([
  {
    name: "guard",
    events: journal([
      [0, { type: "run.started", data: runStarted() }],
      [1, { type: "guard.checked", data: { guard: "quorum", ok: false, detail: "2 of 3 voting members down" } }],
      [2, { type: "aborted", data: { by: "guard", reason: "refused by guard" } }],
    ]),
    outcome: "refused",
    exitCode: 5,
    reason: 'Guard "quorum" refused: 2 of 3 voting members down.',
  },
  {
    name: "not steady before",
    events: journal([
      [0, { type: "run.started", data: runStarted() }],
      [
        1,
        {
          type: "assertion.checked",
          data: {
            phase: "before",
            step: null,
            assertion: "etcd-healthy",
            title: "etcd is healthy",
            params: {},
            ok: false,
            observed: "m3 is down",
            tookMs: null,
            withinMs: 0,
          },
        },
      ],
      [2, { type: "aborted", data: { by: "guard", reason: "not steady" } }],
    ]),
    outcome: "refused",
    exitCode: 5,
    reason: 'The cluster was not healthy before the drill: "etcd is healthy" did not hold: m3 is down.',
  },
  {
    name: "a role that fits nobody",
    events: journal([
      [0, { type: "run.started", data: runStarted() }],
      [2, { type: "aborted", data: { by: "guard", reason: '"learner" fits no member now (NOTHING_PICKED)' } }],
    ]),
    outcome: "refused",
    exitCode: 5,
    reason: '"learner" fits no member now (NOTHING_PICKED).',
  },
  {
    name: "interrupted before anything",
    events: journal([
      [0, { type: "run.started", data: runStarted() }],
      [2, { type: "aborted", data: { by: "signal", reason: "SIGINT" } }],
    ]),
    outcome: "aborted",
    exitCode: 130,
    reason: "The run was stopped: SIGINT.",
  },
  {
    name: "stopped by a guard",
    events: crashRun({ more: [[12_000, { type: "aborted", data: { by: "guard", reason: "stopWhen: etcd-write down" } }]] }),
    outcome: "aborted",
    exitCode: 5,
    reason: "A guard stopped the run: stopWhen: etcd-write down.",
  },
  {
    name: "stopped by a person",
    events: crashRun({ more: [[12_000, { type: "aborted", data: { by: "stop", reason: "enough" } }]] }),
    outcome: "aborted",
    exitCode: 130,
    reason: "The run was stopped: enough.",
  },
  {
    name: "an error",
    events: crashRun({ more: [[12_000, { type: "aborted", data: { by: "error", reason: "no space (JOURNAL_UNWRITABLE)" } }]] }),
    outcome: "error",
    exitCode: 3,
    reason: "The run could not go on: no space (JOURNAL_UNWRITABLE).",
  },
  {
    name: "interrupted and not undone",
    events: crashRun({ undoVerified: null, more: [[12_000, { type: "aborted", data: { by: "signal", reason: "SIGINT" } }]] }),
    outcome: "aborted",
    exitCode: 4,
    reason: 'Left broken as far as is known: "Kill the leader" was begun and not undone.',
  },
])("ended by an event: $name", ({ events, outcome, exitCode, reason }) => {
  const record = foldRun(events, WHOLE);
  expect({ outcome: record.outcome, exitCode: record.exitCode, reason: record.reasons[0] }).toEqual({ outcome, exitCode, reason });
});

test("a failed check after the drill fails the run", () => {
  const record = fold({
    more: [
      [
        36_000,
        {
          type: "assertion.checked",
          data: {
            phase: "after",
            step: null,
            assertion: "etcd-members",
            title: "All members vote",
            params: {},
            ok: false,
            observed: "2 of 3",
            tookMs: null,
            withinMs: 0,
          },
        },
      ],
    ],
  });
  expect(record).toMatchObject({
    outcome: "failed",
    reasons: expect.arrayContaining(['After the drill "All members vote" did not hold: 2 of 3.']) as string[],
  });
});

test("leftovers found at the end are left broken; the last scan counts", () => {
  const left = [{ kind: "data-aside", what: "m2 data is set aside", fix: [] }];
  expect(fold({ more: [[41_000, { type: "residue.scanned", data: { found: left } }]] })).toMatchObject({
    outcome: "failed",
    leftBroken: true,
    exitCode: 4,
  });
  expect(fold({ more: [[40_550, { type: "residue.scanned", data: { found: left } }]] })).toMatchObject({
    outcome: "passed",
    leftBroken: false,
  });
});

test("an undo that failed first and was verified later leaves nothing broken", () => {
  const again = { type: "step.undone", data: { step: "s1", verified: true, because: "looked", startedAtMs: 28_000 } } as const;
  expect(fold({ undoVerified: false, more: [[29_000, again]] })).toMatchObject({ leftBroken: false, outcome: "passed" });
});

test("a settled procedure needs no undo; a step without an inverse leaves nothing behind", () => {
  expect(fold({ undoVerified: null, more: [[26_000, { type: "step.settled", data: { step: "s1" } }]] })).toMatchObject({
    leftBroken: false,
    outcome: "passed",
  });
  expect(
    fold({ undoVerified: null, more: [[9996, { type: "step.intent", data: intent("s1", "Kill the leader", { undo: [] }) }]] }),
  ).toMatchObject({ leftBroken: false });
});

test("a planned step that never began, or one that did not succeed, keeps a run from passing", () => {
  const planned = (id: string, name: string): PlannedStep => ({
    id,
    name,
    kind: "drill",
    drill: "etcd-member-crash",
    with: {},
    victims: [],
    holdMs: 0,
    deadlineMs: 1,
    breaks: [],
    recovers: [],
    undo: [],
    undoes: null,
    blastRadius: "",
  });
  const plan = {
    playbook: { name: "p", sha256: "" },
    parameters: {},
    target: { type: "local", fingerprint: "", throwAway: true, members: [] },
    seed: 1,
    steps: [planned("s1", "Kill the leader"), planned("s2", "Kill it again")],
  };
  expect(fold({ more: [[5, { type: "plan.resolved", data: { plan, digest: "d" } }]] })).toMatchObject({
    outcome: "inconclusive",
    reasons: expect.arrayContaining(['Not every step was carried out: "Kill it again" never began.']) as string[],
  });
  expect(fold({ more: [[21_000, { type: "step.finished", data: { step: "s1", ok: false, problem: "timed out" } }]] })).toMatchObject({
    outcome: "inconclusive",
  });
});
