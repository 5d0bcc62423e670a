// Steps and faults: which time belongs to which fault, and what came back when.
import { RECOVERY_KINDS } from "../core/fields.ts";
import type { StepResult } from "../core/record.ts";
import { groupBy } from "../util/group-by.ts";
import type { Collected, StepFacts } from "./fold-collect.ts";
import { windowOf } from "./objectives.ts";
import { type Evidence, type FaultWindow, findRecovery } from "./recovery.ts";
import { anySeries, type Series } from "./series.ts";
import { makeTimeline, type Timeline } from "./timeline.ts";

export interface MeasuredRun {
  readonly evidence: Evidence;
  /** Every row, the "any" row of a probe before its endpoints. */
  readonly rows: readonly Timeline[];
}

/** Turns samples into timelines and steps into fault windows. */
export function measureRun(collected: Collected): MeasuredRun {
  const timelines = new Map<string, Timeline>();
  const rows: Timeline[] = [];
  for (const [probe, endpoints] of groupBy(collected.series, ({ probe }) => probe)) {
    const own = endpoints.map((series: Series) => makeTimeline(series, collected.stalls));
    const any = endpoints.length > 1 ? anySeries(endpoints) : null;
    const whole = any === null ? own[0] : makeTimeline(any, collected.stalls);
    if (whole !== undefined) timelines.set(probe, whole);
    if (any !== null && whole !== undefined) rows.push(whole);
    rows.push(...own);
  }
  const { observed, endMs, run } = collected;
  return { evidence: { windows: faultWindows(collected), timelines, observed, recoveredForMs: run.rules.recoveredForMs, endMs }, rows };
}

/** When a drill's operations started; known from the first act when the runner died before it could say. */
export function injectedAt(step: StepFacts): number | null {
  return step.injectedAtMs ?? step.acts.find(({ phase }) => phase === "break")?.startedAtMs ?? null;
}

/** When the breaking started; null for a step that broke nothing, such as one that takes a snapshot. */
function faultAt(step: StepFacts): number | null {
  return breaks(step) ? injectedAt(step) : null;
}

/** Operations that leave the cluster as it is. */
function breaks(step: StepFacts): boolean {
  const ops = step.intent?.breaks ?? step.acts.filter(({ phase }) => phase === "break").map(({ op }) => op);
  // A person who is asked something breaks nothing, unless the playbook says whom it takes down.
  const harmless = (op: string): boolean =>
    op.startsWith("snapshot.") || op === "wait.answers" || (op === "manual.prompt" && step.intent?.victims.length === 0);
  return step.intent === null || ops.some(({ op }) => !harmless(op));
}

function faultWindows(collected: Collected): readonly FaultWindow[] {
  const injected = collected.steps
    .flatMap((step) => {
      const atMs = injectedAt(step);
      return atMs === null ? [] : [{ step, atMs }];
    })
    .toSorted((a, b) => a.atMs - b.atMs);
  return injected.map(({ step, atMs }, index) => {
    const repairs = [step.recoverStartedAtMs, undoOf(step, collected)?.undone?.startedAtMs ?? null];
    return {
      stepId: step.id,
      stepName: nameOf(step, collected),
      victims: victimsOf(step, collected),
      faultAtMs: atMs,
      untilMs: injected.slice(index + 1).find((next) => breaks(next.step))?.atMs ?? Number.POSITIVE_INFINITY,
      breaks: breaks(step),
      effectProved: step.effect?.proved === true,
      repairsAtMs: repairs.filter((repairAtMs) => repairAtMs !== null).toSorted((x, y) => x - y),
    };
  });
}

/** The step whose `step.undone` tells of this one: itself, or the undo step of the method that names it. */
export function undoOf(step: StepFacts, collected: Collected): StepFacts | undefined {
  if (step.undone !== null) return step;
  const name = nameOf(step, collected);
  const planned = collected.plan?.steps.find(({ undoes }) => undoes === name && name !== "");
  return collected.steps.find(({ id, undone }) => id === planned?.id && undone !== null);
}

export function nameOf(step: StepFacts, collected: Collected): string {
  return step.started?.name ?? step.intent?.name ?? plannedOf(step, collected)?.name ?? step.id;
}

/** Everything about each step that began, in order, with its recoveries. */
export function foldSteps(collected: Collected, evidence: Evidence): readonly StepResult[] {
  return collected.steps.map((step) => {
    const window = evidence.windows.find(({ stepId }) => stepId === step.id);
    const planned = plannedOf(step, collected);
    const undone = undoOf(step, collected)?.undone ?? null;
    const repairedAtMs = step.settledAtMs ?? (undone?.verified === true ? undone.atMs : null);
    return {
      id: step.id,
      name: nameOf(step, collected),
      kind: step.started?.kind ?? planned?.kind ?? "drill",
      drill: step.started?.drill ?? step.intent?.drill ?? planned?.drill ?? null,
      victims: victimsOf(step, collected),
      startedAtMs: step.started?.atMs ?? injectedAt(step) ?? step.acts[0]?.startedAtMs ?? 0,
      endedAtMs: step.finished?.atMs ?? null,
      faultAtMs: faultAt(step),
      repairStartedAtMs: window?.repairsAtMs[0] ?? undone?.startedAtMs ?? null,
      repairedAtMs,
      effect: step.effect,
      undo: undone === null ? null : { verified: undone.verified, because: undone.because },
      acts: step.acts,
      recoveries:
        window === undefined || !window.breaks
          ? []
          : RECOVERY_KINDS.map((kind) => findRecovery(kind, window, boundProbes(window, collected, evidence), evidence).recovery),
      problem: step.finished?.problem ?? null,
    };
  });
}

/** Probes that service is judged by after this fault: those of the objectives bound to it; none: every probe that stands for clients. */
function boundProbes(window: FaultWindow, collected: Collected, evidence: Evidence): readonly string[] {
  const bound = collected.objectives.filter(
    (spec) => spec.promise.kind === "rto" && spec.promise.of === "serviceRestored" && windowOf(spec, evidence.windows) === window,
  );
  return bound.some(({ probes }) => probes.length === 0) ? [] : [...new Set(bound.flatMap(({ probes }) => probes))];
}

function victimsOf(step: StepFacts, collected: Collected): readonly string[] {
  return step.intent?.victims ?? plannedOf(step, collected)?.victims ?? [];
}

function plannedOf(step: StepFacts, collected: Collected): NonNullable<Collected["plan"]>["steps"][number] | undefined {
  return collected.plan?.steps.find(({ id }) => id === step.id);
}
