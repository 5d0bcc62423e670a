// How a run ended, and why. What was not shown is never passed.
import type { Outcome } from "../core/outcome.ts";
import type { ObjectiveResult } from "../core/record.ts";
import type { Collected, StepFacts } from "./fold-collect.ts";
import { injectedAt, nameOf, undoOf } from "./fold-steps.ts";
import { backwardsText, countText, sentence } from "./words.ts";

export interface Ending {
  readonly outcome: Outcome;
  readonly leftBroken: boolean;
  /** Ended by a guard's stop condition. */
  readonly byGuard: boolean;
  /** Why, most important first, each a sentence. */
  readonly reasons: readonly string[];
}

/** Whether the journal can be trusted to be whole; `null` while the run is still being written. */
export interface Closing {
  readonly finished: boolean;
  /** First thing that does not hold in a journal that should be whole; null when there is nothing to say. */
  readonly problem: string | null;
}

/** Applies the outcome rules: what events say first, then failed, then inconclusive, then passed. */
export function decide(collected: Collected, objectives: readonly ObjectiveResult[], closing: Closing): Ending {
  const broken = brokenReasons(collected);
  const failures = failureReasons(collected, objectives);
  const doubts = doubtReasons(collected, objectives, closing);
  const met = objectives.filter(({ verdict }) => verdict === "met").map(({ because }) => because);
  const ended = endedByEvent(collected);
  const judged: Outcome = failures.length > 0 ? "failed" : doubts.length > 0 ? "inconclusive" : "passed";
  // Putting it back is part of the drill.
  const outcome = ended?.outcome ?? (judged === "passed" && broken.length > 0 ? "failed" : judged);
  const reasons = outcome === "refused" ? [] : [...failures, ...doubts, ...met];
  if (outcome === "passed" && objectives.length === 0) reasons.push("No objective was set; every check held and every effect was proved.");
  return {
    outcome,
    leftBroken: broken.length > 0,
    byGuard: ended?.byGuard ?? false,
    reasons: [...new Set([...broken, ...(ended?.reasons ?? []), ...reasons])],
  };
}

function endedByEvent(
  collected: Collected,
): { readonly outcome: Outcome; readonly byGuard: boolean; readonly reasons: readonly string[] } | null {
  const { aborted } = collected;
  if (aborted !== null && (aborted.by === "signal" || aborted.by === "stop")) {
    return { outcome: "aborted", byGuard: false, reasons: [sentence(`the run was stopped: ${aborted.reason}`)] };
  }
  const touched = collected.steps.some((step) => step.intent !== null || step.acts.length > 0);
  if (!touched) {
    const guards = collected.guards.filter(({ ok }) => !ok).map(({ guard, detail }) => sentence(`guard "${guard}" refused: ${detail}`));
    const before = collected.assertions
      .filter(({ phase, ok }) => phase === "before" && !ok)
      .map(({ title, observed }) => sentence(`the cluster was not healthy before the drill: "${title}" did not hold: ${observed}`));
    if (guards.length + before.length > 0) return { outcome: "refused", byGuard: true, reasons: [...guards, ...before] };
  }
  if (aborted?.by === "guard" && !touched) return { outcome: "refused", byGuard: true, reasons: [sentence(aborted.reason)] };
  if (aborted?.by === "guard")
    return { outcome: "aborted", byGuard: true, reasons: [sentence(`a guard stopped the run: ${aborted.reason}`)] };
  if (aborted?.by === "error")
    return { outcome: "error", byGuard: false, reasons: [sentence(`the run could not go on: ${aborted.reason}`)] };
  return null;
}

/** Recorded, and not known to be undone or settled. An intent whose inverse is empty leaves nothing behind. */
export function isOpen(step: StepFacts, collected: Collected): boolean {
  if (step.intent === null || step.intent.undo.length === 0 || step.settledAtMs !== null) return false;
  return undoOf(step, collected)?.undone?.verified !== true;
}

function brokenReasons(collected: Collected): readonly string[] {
  const reasons: string[] = [];
  for (const step of collected.steps) {
    const undone = undoOf(step, collected)?.undone;
    if (undone?.verified === false && step.settledAtMs === null && step.intent !== null) {
      reasons.push(sentence(`left broken: "${nameOf(step, collected)}" was not put back: ${undone.because}`));
    } else if (isOpen(step, collected)) {
      reasons.push(sentence(`left broken as far as is known: "${nameOf(step, collected)}" was begun and not undone`));
    }
  }
  const residue = collected.residue ?? [];
  const shown = residue.slice(0, 3).map(({ what }) => what);
  const more = residue.length > shown.length ? ` and ${residue.length - shown.length} more` : "";
  if (residue.length > 0) reasons.push(sentence(`left behind at the end: ${shown.join("; ")}${more}`));
  return reasons;
}

function failureReasons(collected: Collected, objectives: readonly ObjectiveResult[]): readonly string[] {
  const { data } = collected;
  const reasons = objectives.filter(({ verdict }) => verdict === "missed").map(({ because }) => because);
  if (data?.wentBackwards === true) {
    reasons.push(sentence(backwardsText(data)));
  }
  if (data !== null && data.mismatched > 0) {
    reasons.push(sentence(`${countText(data.mismatched, "acknowledged write")} came back with another value or a lower revision`));
  }
  // A hash that could not be read is not a different one.
  if (data !== null && !data.hashesAgree && new Set(Object.values(data.hashes)).size > 1) {
    const hashes = Object.entries(data.hashes).map(([member, hash]) => `${member} ${hash}`);
    reasons.push(`The members' key spaces differ at one revision: ${hashes.join(", ")}.`);
  }
  if (collected.recoverStarted !== null && !collected.diedBeforeFinish) {
    reasons.push("Something was left broken when the run ended; it was put back only later, by another process.");
  }
  for (const { phase, title, observed, ok } of collected.assertions) {
    if (phase !== "before" && !ok)
      reasons.push(sentence(`${phase === "after" ? "after" : "during"} the drill "${title}" did not hold: ${observed}`));
  }
  return reasons;
}

function doubtReasons(collected: Collected, objectives: readonly ObjectiveResult[], closing: Closing): readonly string[] {
  const reasons: string[] = [];
  if (closing.problem !== null) reasons.push(sentence(`the journal is not whole: ${closing.problem}`));
  if (collected.diedBeforeFinish) {
    reasons.push(
      sentence(`the runner died during the run; another process put things back: ${collected.recoverStarted?.reason ?? "no reason given"}`),
    );
  } else if (!closing.finished) reasons.push("The run did not finish: its journal ends before the end was written.");
  const faults = collected.steps.filter((step) => injectedAt(step) !== null);
  for (const step of faults) {
    if (step.effect?.proved === true) continue;
    const because = step.effect?.because ?? "it was not checked";
    reasons.push(sentence(`the effect of "${nameOf(step, collected)}" is not proved: ${because}`));
  }
  const planned = collected.plan?.steps ?? [];
  for (const step of collected.steps) {
    if (step.finished?.ok === false)
      reasons.push(sentence(`step "${nameOf(step, collected)}" did not succeed: ${step.finished.problem ?? "no reason given"}`));
  }
  const begun = new Set(collected.steps.filter(({ started }) => started !== null).map(({ id }) => id));
  const never = planned.filter(({ id }) => !begun.has(id)).map(({ name }) => `"${name}"`);
  if (never.length > 0) reasons.push(`Not every step was carried out: ${never.join(", ")} never began.`);
  else if (faults.length === 0 && (collected.plan === null || planned.some(({ kind }) => kind === "drill")))
    reasons.push("Nothing was broken, so nothing was shown.");
  reasons.push(...objectives.filter(({ verdict }) => verdict === "inconclusive").map(({ because }) => because));
  const { data } = collected;
  if (data !== null && data.lost > 0 && !objectives.some(({ spec }) => spec.promise.kind.startsWith("rpo"))) {
    reasons.push(
      sentence(
        `${countText(data.lost, "acknowledged write")} ${data.lost === 1 ? "is" : "are"} missing, and no objective says whether that is acceptable`,
      ),
    );
  }
  return reasons;
}
