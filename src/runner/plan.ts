import type { BoundDrill, Drill, LookContext } from "../core/drill.ts";
import { FiredrillError } from "../core/errors.ts";
import type { Plan, PlannedStep } from "../core/event.ts";
import type { MethodStep, Playbook, Registry } from "../core/playbook.ts";
import { quorumOf } from "../core/selector.ts";
import type { Target } from "../core/target.ts";
import type { ClusterView } from "../core/view.ts";
import { sha256 } from "../util/digest.ts";
import { type Json, stableStringify } from "../util/json.ts";
import { seeded } from "../util/random.ts";

/** Added to the holds that come after a fault when a step has no deadline of its own: time for everything that is not waiting, ms. */
const STEP_ALLOWANCE_MS = 60_000;

export interface StepIds {
  readonly id: string;
  /** `fd-<run>-<n>`: marks what the step leaves behind. */
  readonly tag: string;
}

/** The names a step goes by in one run: `s1`, `s2`, … and its tag. */
export function stepIds(runId: string, index: number): StepIds {
  const short = runId.split("-").at(-1) ?? runId;
  return { id: `s${index + 1}`, tag: `fd-${short.toLowerCase()}-${index + 1}` };
}

/** What a drill gets to look with. Every step has a random sequence of its own, so that adding a step does not change the others' picks. */
export function lookContext(
  target: Target,
  runId: string,
  index: number,
  seed: number,
  outputs: ReadonlyMap<string, Json>,
  signal: AbortSignal,
): LookContext {
  return {
    target,
    signal,
    random: seeded(seed + index * 7919),
    runId,
    tag: stepIds(runId, index).tag,
    output: (step) => outputs.get(step),
  };
}

export function drillOf(registry: Registry, id: string): Drill {
  const drill = registry.drills.find((candidate) => candidate.id === id);
  if (drill === undefined)
    throw new FiredrillError("PLAYBOOK_INVALID", `there is no drill "${id}"`, { hint: "see: firedrill list drills" });
  return drill;
}

export function bindStep(registry: Registry, step: Extract<MethodStep, { kind: "drill" }>): BoundDrill {
  return drillOf(registry, step.drill).bind(step.with);
}

/** Longest a fault may stay in before the target undoes it by itself: the holds from here to the end, plus an allowance for each step. */
export function deadlineOf(playbook: Playbook, index: number): number {
  const step = playbook.method[index];
  if (step?.kind === "drill" && step.deadlineMs !== null) return step.deadlineMs;
  return playbook.method.slice(index).reduce((sum, later) => sum + ("holdMs" in later ? later.holdMs : 0) + STEP_ALLOWANCE_MS, 0);
}

/**
 * Resolves a playbook against the live target: victims, exact operations, their inverse, and what they take down. Touches nothing.
 * `runId` is "plan" for a plan that is only looked at, so that two plans of the same cluster have the same digest.
 */
export async function makePlan(playbook: Playbook, registry: Registry, target: Target, seed: number, signal: AbortSignal): Promise<Plan> {
  const view = await target.look(signal);
  const outputs = new Map<string, Json>();
  const steps: PlannedStep[] = [];
  for (const [index, step] of playbook.method.entries()) {
    steps.push(await planStep(playbook, registry, target, view, step, index, seed, outputs, signal));
  }
  return {
    playbook: { name: playbook.name, sha256: playbook.sha256 },
    parameters: Object.fromEntries(Object.entries(playbook.parameters).map(([name, { value }]) => [name, value])),
    target: {
      type: target.type,
      fingerprint: target.throwAway ? "throw-away" : target.fingerprint,
      throwAway: target.throwAway,
      members: view.members.map(({ name, id }) => ({ name, id: target.throwAway ? null : id })),
    },
    seed,
    steps,
  };
}

async function planStep(
  playbook: Playbook,
  registry: Registry,
  target: Target,
  view: ClusterView,
  step: MethodStep,
  index: number,
  seed: number,
  outputs: Map<string, Json>,
  signal: AbortSignal,
): Promise<PlannedStep> {
  const base = {
    id: stepIds("plan", index).id,
    name: step.name,
    kind: step.kind,
    drill: null,
    with: null,
    victims: [],
    holdMs: 0,
    deadlineMs: 0,
    breaks: [],
    recovers: [],
    undo: [],
    undoes: null,
    blastRadius: "none",
  } as const;
  if (step.kind === "undo") return { ...base, undoes: step.of };
  if (step.kind === "hold") return { ...base, holdMs: step.holdMs };
  if (step.kind === "check") return { ...base, with: step.expect.map((expectation) => expectation.assertion) };
  const bound = bindStep(registry, step);
  const state = await bound.prepare(lookContext(target, "plan", index, seed, outputs, signal));
  const planned = bound.plan(state);
  outputs.set(step.name, planned.output ?? null);
  return {
    ...base,
    drill: step.drill,
    with: step.with as Json,
    victims: planned.membersDown,
    holdMs: step.holdMs,
    deadlineMs: deadlineOf(playbook, index),
    breaks: planned.breaks.map(target.describe),
    recovers: planned.recovers.map(target.describe),
    undo: planned.undo.map(target.describe),
    blastRadius: describeBlastRadius(view, planned.membersDown),
  };
}

/** Quorum arithmetic from live membership, in words. */
export function describeBlastRadius(view: ClusterView, membersDown: readonly string[]): string {
  const voters = view.members.filter((member) => !member.learner);
  const down = voters.filter((member) => membersDown.includes(member.name)).length;
  if (down === 0) return "no member without service";
  const left = voters.length - down;
  const quorum = quorumOf(voters.length);
  return `${down} of ${voters.length} voting members down, ${left} left, quorum (${quorum}) ${left >= quorum ? "kept" : "LOST"}`;
}

/** SHA-256 of the plan. Runs of an approved plan are refused when the plan made now has another. */
export function planDigest(plan: Plan): string {
  return sha256(stableStringify(plan));
}
