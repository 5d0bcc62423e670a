// What went on when: the phases of a run and its moments, read off the steps. Used by the picture, the tables and Markdown alike.
import type { Recovery, RunRecord, StepResult } from "../core/record.ts";
import { measuredText } from "../measure/words.ts";
import type { Span } from "./svg-scale.ts";

export type PhaseKind = "baseline" | "fault" | "repair" | "between" | "settle";

export interface Phase extends Span {
  readonly kind: PhaseKind;
  readonly label: string;
}

export type MomentKind = "fault" | "effect" | "restored" | "repair" | "repaired";

export interface Moment {
  readonly atMs: number;
  readonly kind: MomentKind;
  readonly text: string;
  readonly step: StepResult;
}

/** A fault in place: from its start until it was repaired, or until the run's end. */
export interface FaultBand extends Span {
  readonly step: StepResult;
  readonly repairFromMs: number | null;
  /** Nothing says it was put back. */
  readonly open: boolean;
}

/** From the first sample to the last, or the whole run when nothing was sampled. */
export function runSpan(record: RunRecord): Span {
  const segments = record.probes.flatMap((probe) => [probe.strip[0], probe.strip.at(-1)]).filter((segment) => segment !== undefined);
  const steps = record.steps.flatMap((step) => [step.startedAtMs, step.endedAtMs ?? step.startedAtMs]);
  const from = segments.length === 0 ? [0] : segments.map((segment) => segment.fromMs);
  const to = segments.length === 0 ? [record.durationMs] : segments.map((segment) => segment.toMs);
  const fromMs = Math.min(...from, ...steps);
  return { fromMs, toMs: Math.max(...to, ...steps, fromMs + 1) };
}

/** One band for every drill step that broke something. */
export function faultBands(record: RunRecord): readonly FaultBand[] {
  const end = runSpan(record).toMs;
  return record.steps.flatMap((step) => {
    if (step.kind !== "drill" || step.faultAtMs === null) return [];
    const band = { step, fromMs: step.faultAtMs, toMs: step.repairedAtMs ?? end, repairFromMs: step.repairStartedAtMs };
    return [{ ...band, open: step.repairedAtMs === null }];
  });
}

/** The run cut into phases without holes or overlaps; repairing beats broken when two faults overlap. */
export function phasesOf(record: RunRecord): readonly Phase[] {
  const span = runSpan(record);
  const bands = faultBands(record);
  if (bands.length === 0) return [{ ...span, kind: "baseline", label: "no fault" }];
  const firstFault = Math.min(...bands.map((band) => band.fromMs));
  const lastFault = Math.max(...bands.map((band) => band.fromMs));
  const edges = [span.fromMs, span.toMs, ...bands.flatMap((band) => [band.fromMs, band.toMs, band.repairFromMs ?? band.fromMs])]
    .filter((ms) => ms >= span.fromMs && ms <= span.toMs)
    .sort((a, b) => a - b);
  const phases: Phase[] = [];
  for (const [index, fromMs] of edges.entries()) {
    const toMs = edges[index + 1];
    if (toMs === undefined || toMs <= fromMs) continue;
    const active = bands.filter((band) => band.fromMs <= fromMs && band.toMs >= toMs);
    const repairing = active.find((band) => band.repairFromMs !== null && band.repairFromMs <= fromMs);
    const next: Phase = { fromMs, toMs, ...phaseAt({ fromMs, active, repairing, firstFault, lastFault }) };
    const last = phases.at(-1);
    if (last !== undefined && last.kind === next.kind && last.label === next.label) phases[phases.length - 1] = { ...last, toMs };
    else phases.push(next);
  }
  return phases;
}

function phaseAt(at: {
  readonly fromMs: number;
  readonly active: readonly FaultBand[];
  readonly repairing: FaultBand | undefined;
  readonly firstFault: number;
  readonly lastFault: number;
}): Pick<Phase, "kind" | "label"> {
  if (at.repairing !== undefined) return { kind: "repair", label: repairWord(at.repairing.step) };
  if (at.active.length > 0) return { kind: "fault", label: at.active.some((band) => band.open) ? "fault, not put back" : "fault held" };
  if (at.fromMs < at.firstFault) return { kind: "baseline", label: "baseline" };
  return at.fromMs < at.lastFault ? { kind: "between", label: "between" } : { kind: "settle", label: "settle and soak" };
}

/** "recovery" when the step has a procedure of its own, else "undo". */
export function repairWord(step: StepResult): string {
  return step.acts.some((act) => act.phase === "recover") ? "recovery" : "undo";
}

/** Everything worth a mark on the time axis, in order of time. */
export function momentsOf(record: RunRecord): readonly Moment[] {
  return record.steps.flatMap(stepMoments).sort((a, b) => a.atMs - b.atMs);
}

function stepMoments(step: StepResult): readonly Moment[] {
  if (step.kind !== "drill" || step.faultAtMs === null) return [];
  const { faultAtMs } = step;
  const on = step.victims.length === 0 ? "" : ` (${step.victims.join(", ")})`;
  const moments: Moment[] = [{ atMs: faultAtMs, kind: "fault", step, text: `Fault: ${step.name}${on}` }];
  const effectAtMs = step.effect?.atMs;
  if (step.effect?.proved === true && effectAtMs !== undefined) {
    moments.push({ atMs: effectAtMs, kind: "effect", step, text: "Effect proved" });
  }
  const restored = step.recoveries.find((recovery) => recovery.kind === "serviceRestored");
  if (restored?.measured != null && !restored.neverLost) moments.push(restoredMoment(step, faultAtMs, restored, restored.measured));
  const repair = repairWord(step);
  if (step.repairStartedAtMs !== null) {
    moments.push({
      atMs: step.repairStartedAtMs,
      kind: "repair",
      step,
      text: repair === "undo" ? "Undo begins" : "Recovery procedure begins",
    });
  }
  if (step.repairedAtMs !== null) {
    moments.push({ atMs: step.repairedAtMs, kind: "repaired", step, text: repair === "undo" ? "Undone" : "Recovery procedure done" });
  }
  return moments;
}

function restoredMoment(step: StepResult, faultAtMs: number, recovery: Recovery, measured: NonNullable<Recovery["measured"]>): Moment {
  const repair = recovery.sinceRepairMs === null ? "" : ", after the repair began";
  return {
    atMs: faultAtMs + measured.valueMs,
    kind: "restored",
    step,
    text: `Service restored, ${measuredText(measured)} after the fault${repair}`,
  };
}
