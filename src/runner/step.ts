// One drill step, from looking to settled. The order is the product's central promise: read prior state, record the intent with its
// undo (fsync), arm the dead-man on the target, only then act; afterwards prove that something happened.

import type { BoundDrill, LookContext, Proof } from "../core/drill.ts";
import { FiredrillError } from "../core/errors.ts";
import type { Plan, StepIntent } from "../core/event.ts";
import type { MethodStep, Playbook, Registry } from "../core/playbook.ts";
import { deadline, sleep } from "../util/clock.ts";
import { isObject, type Json } from "../util/json.ts";
import { type ActContext, performOps } from "./acts.ts";
import { bindStep, deadlineOf, drillOf, lookContext, stepIds } from "./plan.ts";
import { deadManId, disarm } from "./undo.ts";
import type { Watch } from "./watch.ts";

/** How long an effect may take to show: an election, a probe of a paused process, a relay's counters. ms. */
const EFFECT_WITHIN_MS = 20_000;

export interface StepContext extends ActContext {
  readonly runId: string;
  readonly playbook: Playbook;
  readonly registry: Registry;
  readonly plan: Plan;
  readonly seed: number;
  readonly outputs: Map<string, Json>;
  readonly watch: Watch;
  /** What the cluster looked like before the first fault. */
  readonly seenAtStart: Json;
  /** Faults that are in, oldest first. */
  readonly open: StepIntent[];
  /** Settled steps whose leftovers go at the end of the run. */
  readonly settled: StepIntent[];
}

/** Runs one drill step. On return its fault is in (and in `open`), or its procedure is complete (and in `settled`). Throws when an operation failed. */
export async function runDrillStep(
  context: StepContext,
  step: Extract<MethodStep, { kind: "drill" }>,
  index: number,
  signal: AbortSignal,
): Promise<void> {
  const { journal, target } = context;
  const { id, tag } = stepIds(context.runId, index);
  const drill = drillOf(context.registry, step.drill);
  const bound = bindStep(context.registry, step);
  journal.append({ type: "step.started", data: { step: id, name: step.name, kind: "drill", drill: step.drill } });

  // 1. Look.
  const look = lookContext(target, context.runId, index, context.seed, context.outputs, signal);
  const state = await bound.prepare(look);
  const planned = bound.plan(state);
  noteOtherVictims(context, index, step.name, planned.membersDown);
  const before = await bound.fingerprint(look, state);

  // 2. Record the intent and its undo; only what is on the disk may be acted upon.
  const deadlineMs = deadlineOf(context.playbook, index);
  const intent: StepIntent = {
    step: id,
    name: step.name,
    drill: step.drill,
    tag,
    victims: planned.membersDown,
    state,
    breaks: planned.breaks,
    recovers: planned.recovers,
    undo: planned.undo,
    cleanup: planned.cleanup,
    deadlineMs,
  };
  context.open.push(intent);
  journal.append({ type: "step.intent", data: intent });

  // 3. Arm the dead-man on the target.
  if (planned.undo.length > 0) {
    const deadMan = deadManId(context.runId, id);
    await target.armDeadMan({ id: deadMan, afterMs: deadlineMs, ops: planned.undo }, signal);
    journal.append({ type: "deadman.armed", data: { step: id, id: deadMan, afterMs: deadlineMs } });
  }

  // 4. Act.
  using budget = deadline(`step "${step.name}"`, deadlineMs, signal);
  context.watch.fault();
  const faultAtMs = journal.nowMs();
  const broke = await performOps(context, id, "break", planned.breaks, budget.signal);
  journal.append({ type: "step.injected", data: { step: id, faultAtMs } });
  context.watch.injected();
  context.outputs.set(step.name, outputOf(planned.output, broke));

  // 5. Prove the effect.
  if (drill.proveAfter === "break") await proveEffect(context, id, bound, look, state, before, broke, signal);

  // 6. Hold.
  if (step.holdMs > 0) {
    journal.append({ type: "hold", data: { step: id, plannedMs: step.holdMs } });
    await sleep(step.holdMs, budget.signal);
  }

  // 7. Rehearse the way back, when the drill is one.
  if (planned.recovers.length > 0) {
    const startedAtMs = journal.nowMs();
    const recovered = await performOps(context, id, "recover", planned.recovers, budget.signal);
    journal.append({ type: "step.recovered", data: { step: id, startedAtMs } });
    if (drill.proveAfter === "recover") await proveEffect(context, id, bound, look, state, before, [...broke, ...recovered], signal);
  }

  // 8. Settle: a completed procedure, or a drill that leaves nothing to undo.
  if (planned.recovers.length > 0 || planned.undo.length === 0) {
    journal.append({ type: "step.settled", data: { step: id } });
    context.open.splice(context.open.indexOf(intent), 1);
    context.settled.push(intent);
    if (planned.undo.length > 0) await disarm(context, context.runId, id, false, signal);
  }
  journal.append({ type: "step.finished", data: { step: id, ok: true, problem: null } });
}

/** What later steps may refer to: what was planned, with what the operations returned. */
function outputOf(planned: Json | undefined, evidence: readonly Json[]): Json {
  return isObject(planned) ? { ...planned, evidence } : { evidence };
}

async function proveEffect(
  context: StepContext,
  step: string,
  bound: BoundDrill,
  look: LookContext,
  state: Json,
  before: Json,
  evidence: readonly Json[],
  signal: AbortSignal,
): Promise<void> {
  using budget = deadline("proving the effect", EFFECT_WITHIN_MS, signal);
  let after: Json = null;
  let proof: Proof = { proved: false, because: "nothing was seen" };
  for (;;) {
    try {
      after = await bound.fingerprint({ ...look, signal: budget.signal }, state);
      proof = bound.prove(before, after, state, evidence);
    } catch (error) {
      signal.throwIfAborted();
      proof = { proved: false, because: `could not look: ${error instanceof Error ? error.message : String(error)}` };
    }
    if (proof.proved || budget.signal.aborted) break;
    await sleep(200, budget.signal).catch(() => undefined);
    signal.throwIfAborted();
  }
  context.journal.append({ type: "effect.checked", data: { step, ...proof, before, after } });
}

function noteOtherVictims(context: StepContext, index: number, name: string, victims: readonly string[]): void {
  const planned = context.plan.steps[index]?.victims ?? [];
  if (planned.join() === victims.join()) return;
  context.journal.append({
    type: "note",
    data: {
      kind: "deviation",
      text: `step "${name}" was planned for ${planned.join(", ") || "nobody"} and hits ${victims.join(", ") || "nobody"}: roles had moved when it came to it`,
    },
  });
}

/** The open fault of an earlier step, by the step's name. */
export function openFault(context: StepContext, name: string): StepIntent {
  const intent = context.open.find((candidate) => candidate.name === name);
  if (intent === undefined) {
    throw new FiredrillError("PLAYBOOK_INVALID", `there is nothing left to undo of step "${name}"`, {
      hint: "its procedure already put everything back",
    });
  }
  return intent;
}
