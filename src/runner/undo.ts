// Putting back what a step broke. The same code runs after success, after an abort, and in another process after the runner died:
// all it needs is the recorded intent and a target that can be reached.
import { errorLine } from "../core/errors.ts";
import type { RunEvent, StepIntent } from "../core/event.ts";
import type { Op } from "../core/op.ts";
import type { Residue } from "../core/target.ts";
import type { ClusterView } from "../core/view.ts";
import { memberOf } from "../core/view.ts";
import { deadline, sleep } from "../util/clock.ts";
import { type ActContext, appendIfPossible, performOpsStubbornly } from "./acts.ts";

/** Undo's own time, ms: it never inherits the deadline or the signal that may be the reason for undoing. */
export const UNDO_BUDGET_MS = 180_000;
/** How long the look that verifies an undo may wait for what takes time by itself (a member joining, an election), ms. */
const VERIFY_BUDGET_MS = 45_000;
/** The same when an operation has failed for good: one look says what is missing. */
const VERIFY_FAILED_MS = 5_000;

export interface Undone {
  readonly verified: boolean;
  readonly because: string;
}

/** The id of a step's dead-man timer on the target. */
export function deadManId(run: string, step: string): string {
  return `${run}/${step}`;
}

/** Undoes one step by its recorded operations, looks whether it worked, journals both, and takes the dead-man timer back. */
export async function undoStep(context: ActContext, run: string, intent: StepIntent): Promise<Undone> {
  const startedAtMs = context.journal.nowMs();
  const id = deadManId(run, intent.step);
  using budget = deadline(`undoing "${intent.name}"`, UNDO_BUDGET_MS);
  const fired = await noteIfFired(context, intent.name, id, budget.signal);
  // The timer must not fire into the middle of this, but stay in case this process dies now.
  await context.target.armDeadMan({ id, afterMs: UNDO_BUDGET_MS + 60_000, ops: intent.undo }, budget.signal).catch(() => undefined);
  const failures = await performOpsStubbornly(context, intent.step, "undo", intent.undo, budget.signal);
  const problems = [
    ...failures,
    ...(await verifyUndone(context, intent.undo, failures.length === 0 ? VERIFY_BUDGET_MS : VERIFY_FAILED_MS, budget.signal)),
  ];
  const undone: Undone =
    problems.length === 0
      ? { verified: true, because: "looked: everything recorded is as it was" }
      : { verified: false, because: problems.join("; ") };
  appendIfPossible(context.journal, { type: "step.undone", data: { step: intent.step, ...undone, startedAtMs } });
  if (undone.verified) await disarm(context, run, intent.step, fired, budget.signal);
  return undone;
}

/** Takes a step's timer back and journals whether it had fired, by now or (`firedBefore`) before it was armed anew. */
export async function disarm(context: ActContext, run: string, step: string, firedBefore: boolean, signal: AbortSignal): Promise<void> {
  const id = deadManId(run, step);
  const takenBack = await context.target.disarmDeadMan(id, signal).catch(() => true);
  appendIfPossible(context.journal, { type: "deadman.disarmed", data: { step, id, hadFired: firedBefore || !takenBack } });
}

/** Nobody came in time and the target put itself back: journals what the timer did, which only the target knows. */
async function noteIfFired(context: ActContext, name: string, id: string, signal: AbortSignal): Promise<boolean> {
  const deadMen = await context.target.deadMen(signal).catch(() => []);
  const fired = deadMen.find((deadMan) => deadMan.id === id && deadMan.state !== "armed");
  if (fired === undefined) return false;
  appendIfPossible(context.journal, {
    type: "note",
    data: {
      kind: "deviation",
      text: `the dead-man timer of "${name}" fired on the target before anybody undid it (${fired.state}): ${fired.detail}`,
    },
  });
  return true;
}

async function verifyUndone(context: ActContext, ops: readonly Op[], budgetMs: number, signal: AbortSignal): Promise<readonly string[]> {
  using budget = deadline("verifying the undo", budgetMs, signal);
  for (;;) {
    let problems: readonly string[];
    try {
      const [view, residue] = await Promise.all([context.target.look(budget.signal), context.target.residue([], budget.signal)]);
      problems = undoProblems(ops, view, residue);
    } catch (error) {
      problems = [`could not look: ${errorLine(error)}`];
    }
    if (problems.length === 0 || budget.signal.aborted) return problems;
    await sleep(250, budget.signal).catch(() => undefined);
  }
}

/** What does not (yet) look as these undo operations should leave it; empty when all does. */
export function undoProblems(ops: readonly Op[], view: ClusterView, residue: readonly Residue[]): readonly string[] {
  const problems: string[] = [];
  const process = new Map<string, Op["op"]>();
  for (const op of ops) {
    if (
      op.op === "member.start" ||
      op.op === "member.stop" ||
      op.op === "member.pause" ||
      op.op === "member.resume" ||
      op.op === "etcd.reinstate"
    ) {
      process.set(op.member, op.op);
    }
  }
  for (const [name, last] of process) {
    const member = memberOf(view, name);
    const up = member?.running === true && !member.paused && member.answers;
    if (last === "member.stop" ? member?.running === true : last === "member.pause" ? member?.paused !== true : !up) {
      problems.push(`member ${name} is ${member === undefined || !member.running ? "down" : member.paused ? "paused" : "not answering"}`);
    }
    if (last === "etcd.reinstate" && (member?.id == null || member.learner)) problems.push(`member ${name} is not a voting member`);
  }
  for (const op of ops) {
    if (op.op === "links.set") {
      for (const wanted of op.links) {
        const link = view.links.find(({ from, to }) => from === wanted.from && to === wanted.to);
        if (link === undefined || link.cut !== wanted.cut || link.delayMs !== wanted.delayMs || link.rateBytes !== wanted.rateBytes) {
          problems.push(`link ${wanted.from}→${wanted.to} is not as it was`);
        }
      }
    }
    if (
      op.op === "data.bringBack" &&
      residue.some((left) => left.kind === "data-aside" && left.what.includes(op.tag) && left.what.includes(op.member))
    ) {
      problems.push(`data of ${op.member} is still set aside`);
    }
    if (op.op === "etcd.disarm" && view.members.some((member) => member.alarms.includes(op.alarm)))
      problems.push(`alarm ${op.alarm} is still raised`);
  }
  return problems;
}

/** Steps whose fault may still be in: an intent with neither `step.undone` (verified) nor `step.settled` behind it, last first. */
export function openIntents(events: readonly RunEvent[]): readonly StepIntent[] {
  const open = new Map<string, StepIntent>();
  for (const event of events) {
    if (event.type === "step.intent") open.set(event.data.step, event.data);
    else if (event.type === "step.settled" || (event.type === "step.undone" && event.data.verified)) open.delete(event.data.step);
  }
  return [...open.values()].toReversed();
}

/** Steps that were settled and whose leftovers were not cleaned up yet, last first. */
export function uncleanedIntents(events: readonly RunEvent[]): readonly StepIntent[] {
  const intents = new Map<string, StepIntent>();
  const settled = new Map<string, StepIntent>();
  for (const event of events) {
    if (event.type === "step.intent") intents.set(event.data.step, event.data);
    else if (event.type === "step.settled") {
      const intent = intents.get(event.data.step);
      if (intent !== undefined && intent.cleanup.length > 0) settled.set(event.data.step, intent);
    } else if (event.type === "step.cleaned") settled.delete(event.data.step);
  }
  return [...settled.values()].toReversed();
}
