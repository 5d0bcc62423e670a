// From a journal's events to the record that every report is made of, and to the verdict that the runner writes into the journal.
import type { RunEvent } from "../core/event.ts";
import { exitCode, type Outcome, type Verdict } from "../core/outcome.ts";
import type { ObjectiveResult, RunRecord } from "../core/record.ts";
import { type Collected, collect } from "./fold-collect.ts";
import { notShown } from "./fold-not-shown.ts";
import { decide } from "./fold-outcome.ts";
import { foldSteps, type MeasuredRun, measureRun } from "./fold-steps.ts";
import { verdictSentence } from "./fold-verdict.ts";
import { summarizeProbe } from "./gaps.ts";
import { judgeObjective } from "./objectives.ts";

/** What reading the journal showed about the file itself. */
export interface JournalState {
  /** Digest of the last whole line. */
  readonly head: string;
  /** First thing that does not hold; null when the chain is whole. */
  readonly problem: string | null;
}

export interface Judgement {
  readonly outcome: Outcome;
  readonly leftBroken: boolean;
  /** An abort by a guard's stop condition, as opposed to a signal or `firedrill stop`. */
  readonly byGuard: boolean;
  readonly reasons: readonly string[];
  /** By objective id. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
}

/**
 * Folds a journal to the record. Takes also the journal of a run that was killed: what is missing is said, and never counts as good.
 * Throws JOURNAL_DAMAGED only when the first line is missing.
 */
export function foldRun(events: Iterable<RunEvent>, journal: JournalState): RunRecord {
  const collected = collect(events);
  const measured = measureRun(collected);
  const objectives = judgeAll(collected, measured);
  const finished = collected.finished !== null;
  const ending = decide(collected, objectives, {
    finished,
    problem: journal.problem ?? (finished && !collected.sealed ? "its seal is missing" : null),
  });
  const probes = measured.rows.map(summarizeProbe);
  return {
    schema: "firedrill.dev/run/v1",
    run: collected.run,
    startedAt: collected.startedAt,
    finishedAt: collected.finished?.ts ?? null,
    durationMs: collected.finished?.atMs ?? collected.endMs,
    complete: collected.sealed && journal.problem === null,
    journal: { events: collected.events, head: journal.head, problem: journal.problem },
    plan: collected.plan,
    planDigest: collected.planDigest,
    facts: collected.facts,
    outcome: ending.outcome,
    leftBroken: ending.leftBroken,
    exitCode: exitCode(ending),
    reasons: ending.reasons,
    verdict: verdictSentence(ending, objectives),
    guards: collected.guards,
    assertions: collected.assertions,
    objectives,
    steps: foldSteps(collected, measured.evidence),
    probes,
    data: collected.data,
    stalls: collected.stalls,
    residue: collected.residue,
    aborted: collected.aborted,
    recoveredLater: collected.recoverStarted !== null,
    notes: collected.notes,
    notShown: notShown(collected, measured.rows, probes, objectives),
  };
}

/** The verdict on a run whose last step is done, for the runner to write as `run.finished`: the same rules as `foldRun`. */
export function judge(events: Iterable<RunEvent>): Judgement {
  const collected = collect(events);
  const objectives = judgeAll(collected, measureRun(collected));
  const { outcome, leftBroken, byGuard, reasons } = decide(collected, objectives, { finished: true, problem: null });
  return { outcome, leftBroken, byGuard, reasons, verdicts: Object.fromEntries(objectives.map(({ spec, verdict }) => [spec.id, verdict])) };
}

function judgeAll(collected: Collected, { evidence }: MeasuredRun): readonly ObjectiveResult[] {
  return collected.objectives.map((spec) => judgeObjective(spec, evidence, collected.data));
}
