// What comes after the method: the steady state once more, the data check that counts, cleaning up, and a look for leftovers.
import { errorLine } from "../core/errors.ts";
import type { AssertionChecked } from "../core/event.ts";
import { deadline } from "../util/clock.ts";
import type { Json } from "../util/json.ts";
import { appendIfPossible, performOpsStubbornly } from "./acts.ts";
import { checkExpectation } from "./check.ts";
import type { RunOptions } from "./execute.ts";
import type { Journal } from "./journal.ts";
import type { Measuring } from "./measuring.ts";
import type { StepContext } from "./step.ts";
import { checkData } from "./watch.ts";

/** Time for looking at what a run left behind, ms. */
const RESIDUE_BUDGET_MS = 30_000;
const CLEANUP_BUDGET_MS = 120_000;

/** Holds the playbook's `after.expect` against the cluster; a failure is a finding. */
export async function checkAfter(options: RunOptions, context: StepContext, journal: Journal): Promise<void> {
  using budget = deadline("the steady state after", options.playbook.after.recoverWithinMs);
  const startedMs = journal.nowMs();
  const failed: string[] = [];
  for (const expectation of options.playbook.after.expect) {
    const checked: AssertionChecked = await checkExpectation(
      options.registry,
      expectation,
      { target: options.target, runId: context.runId, baseline: context.seenAtStart, output: (step) => context.outputs.get(step) },
      "after",
      null,
      budget.signal,
    ).catch(
      (error: unknown): AssertionChecked => ({
        phase: "after",
        step: null,
        assertion: expectation.assertion,
        title: expectation.assertion,
        params: expectation.params as Json,
        ok: false,
        observed: errorLine(error),
        tookMs: null,
        withinMs: expectation.withinMs,
      }),
    );
    appendIfPossible(journal, { type: "assertion.checked", data: checked });
    if (!checked.ok) failed.push(checked.assertion);
  }
  const ok = failed.length === 0;
  const detail = ok ? "the steady state holds after the soak" : `not as before: ${failed.join(", ")}`;
  appendIfPossible(journal, { type: "observed", data: { what: "normalRestored", ok, detail, resolutionMs: 200, atMs: startedMs } });
}

/** The check that counts for RPO: after the last write, and long enough after it that nothing can land any more. */
export async function lastDataCheck(context: StepContext, measure: Measuring): Promise<void> {
  if (measure.sentinel === null) return;
  using budget = deadline("the last data check", 60_000);
  await measure.waitUntilNothingCanLand(budget.signal);
  try {
    const view = await context.target.look(budget.signal);
    const check = await checkData({ target: context.target, sentinel: measure.sentinel, writes: measure.writes }, view, budget.signal);
    appendIfPossible(context.journal, { type: "data.checked", data: check });
  } catch (error) {
    appendIfPossible(context.journal, { type: "note", data: { kind: "warning", text: `the last data check failed: ${errorLine(error)}` } });
  }
}

/** Takes away what procedures left on purpose and what measuring wrote, then looks for anything else of ours. */
export async function cleanUp(
  options: RunOptions,
  context: StepContext | null,
  measuring: Measuring | null,
  journal: Journal,
): Promise<void> {
  using budget = deadline("cleaning up", CLEANUP_BUDGET_MS);
  if (context !== null) {
    for (const intent of context.settled.toReversed()) {
      if (intent.cleanup.length === 0) continue;
      const failures = await performOpsStubbornly(context, intent.step, "cleanup", intent.cleanup, budget.signal);
      if (failures.length === 0) appendIfPossible(journal, { type: "step.cleaned", data: { step: intent.step } });
    }
    if (measuring !== null) {
      await performOpsStubbornly(
        context,
        "-",
        "cleanup",
        [{ op: "etcd.deletePrefix", prefix: `/firedrill/${context.runId}/` }],
        budget.signal,
      );
    }
  }
  if (measuring === null) return;
  using looking = deadline("looking for leftovers", RESIDUE_BUDGET_MS);
  try {
    appendIfPossible(journal, { type: "residue.scanned", data: { found: await options.target.residue([], looking.signal) } });
  } catch (error) {
    appendIfPossible(journal, { type: "note", data: { kind: "warning", text: `could not look for leftovers: ${errorLine(error)}` } });
  }
}
