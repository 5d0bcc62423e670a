import { FiredrillError } from "../core/errors.ts";
import type { MethodStep } from "../core/playbook.ts";
import { sleep } from "../util/clock.ts";
import { seeded } from "../util/random.ts";
import { checkExpectation } from "./check.ts";
import { stepIds } from "./plan.ts";
import { openFault, runDrillStep, type StepContext } from "./step.ts";
import { undoStep } from "./undo.ts";

/** The first fault goes in at a random phase of the probes' and the cluster's own ticks, up to this much later, ms. */
const PHASE_JITTER_MS = 500;

/** Runs a playbook's steps in order. Throws at the first that cannot be carried out; undoing what is still in is the caller's business. */
export async function runMethod(context: StepContext, signal: AbortSignal): Promise<void> {
  await sleep(seeded(context.seed)() * PHASE_JITTER_MS, signal);
  for (const [index, step] of context.playbook.method.entries()) {
    signal.throwIfAborted();
    if (step.kind === "drill") await runDrillStep(context, step, index, signal);
    else await runPlainStep(context, step, index, signal);
  }
}

async function runPlainStep(
  context: StepContext,
  step: Exclude<MethodStep, { kind: "drill" }>,
  index: number,
  signal: AbortSignal,
): Promise<void> {
  const { journal } = context;
  const { id } = stepIds(context.runId, index);
  journal.append({ type: "step.started", data: { step: id, name: step.name, kind: step.kind, drill: null } });
  if (step.kind === "hold") {
    journal.append({ type: "hold", data: { step: id, plannedMs: step.holdMs } });
    await sleep(step.holdMs, signal);
  } else if (step.kind === "undo") {
    const intent = openFault(context, step.of);
    const undone = await undoStep(context, context.runId, intent);
    context.open.splice(context.open.indexOf(intent), 1);
    if (!undone.verified) {
      journal.append({ type: "step.finished", data: { step: id, ok: false, problem: undone.because } });
      throw new FiredrillError("LEFT_BROKEN", `"${step.of}" could not be undone: ${undone.because}`, {
        hint: "mend it by hand, or try: firedrill recover",
      });
    }
  } else {
    for (const expectation of step.expect) {
      const checked = await checkExpectation(
        context.registry,
        expectation,
        { target: context.target, runId: context.runId, baseline: context.seenAtStart, output: (name) => context.outputs.get(name) },
        "during",
        id,
        signal,
      );
      journal.append({ type: "assertion.checked", data: checked });
    }
  }
  journal.append({ type: "step.finished", data: { step: id, ok: true, problem: null } });
}
