// One pass over a journal's events: what happened, sorted by subject. No judgement here.
import { FiredrillError } from "../core/errors.ts";
import type {
  Act,
  AssertionChecked,
  EventBody,
  ObjectiveSpec,
  Plan,
  ProbeRow,
  RunEvent,
  RunStarted,
  SentinelCheck,
  StepIntent,
} from "../core/event.ts";
import type { Residue, TargetFacts } from "../core/target.ts";
import type { Observed } from "./recovery.ts";
import { collectSeries, type Series, type SeriesCollector } from "./series.ts";
import type { Span } from "./spans.ts";

type Data<T extends EventBody["type"]> = Extract<EventBody, { type: T }>["data"];

/** All that the journal says about one step. */
export interface StepFacts {
  readonly id: string;
  readonly started: (Data<"step.started"> & { readonly atMs: number }) | null;
  readonly intent: StepIntent | null;
  readonly injectedAtMs: number | null;
  readonly effect: (Omit<Data<"effect.checked">, "step"> & { readonly atMs: number }) | null;
  readonly recoverStartedAtMs: number | null;
  readonly undone: (Data<"step.undone"> & { readonly atMs: number }) | null;
  readonly settledAtMs: number | null;
  readonly finished: (Data<"step.finished"> & { readonly atMs: number }) | null;
  readonly acts: readonly Act[];
}

export interface Collected {
  readonly run: RunStarted;
  readonly startedAt: string;
  /** Time of the last event that is not the seal, ms since the run's start. */
  readonly endMs: number;
  readonly events: number;
  readonly finished: (Data<"run.finished"> & { readonly ts: string; readonly atMs: number }) | null;
  readonly sealed: boolean;
  readonly plan: Plan | null;
  readonly planDigest: string | null;
  readonly facts: TargetFacts | null;
  readonly guards: readonly Data<"guard.checked">[];
  readonly assertions: readonly AssertionChecked[];
  readonly objectives: readonly ObjectiveSpec[];
  readonly rows: readonly ProbeRow[];
  readonly series: readonly Series[];
  readonly sentinelRan: boolean;
  readonly stalls: readonly Span[];
  readonly steps: readonly StepFacts[];
  readonly observed: readonly Observed[];
  readonly data: SentinelCheck | null;
  /** Of the last scan; null when there was none. */
  readonly residue: readonly Residue[] | null;
  readonly aborted: Data<"aborted"> | null;
  readonly recoverStarted: Data<"recover.started"> | null;
  /** Another process had to end the run. */
  readonly diedBeforeFinish: boolean;
  readonly notes: readonly Data<"note">[];
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };
interface DraftStep extends Draft<Omit<StepFacts, "acts">> {
  readonly acts: Act[];
}

/** Sorts a journal's events. Tolerant of whatever is missing but its first line; throws JOURNAL_DAMAGED without that. */
export function collect(events: Iterable<RunEvent>): Collected {
  const iterator = events[Symbol.iterator]();
  const first = iterator.next();
  if (first.done === true || first.value.type !== "run.started") {
    throw new FiredrillError("JOURNAL_DAMAGED", 'the journal does not begin with "run.started"', {
      hint: "nothing can be said about this run",
    });
  }
  const run = first.value.data;
  const steps = new Map<string, DraftStep>();
  const guards: Data<"guard.checked">[] = [];
  const assertions: AssertionChecked[] = [];
  const stalls: Span[] = [];
  const observed: Observed[] = [];
  const notes: Data<"note">[] = [];
  let samples: SeriesCollector | null = null;
  let events_ = 1;
  const single: Draft<
    Pick<
      Collected,
      | "endMs"
      | "finished"
      | "sealed"
      | "plan"
      | "planDigest"
      | "facts"
      | "rows"
      | "sentinelRan"
      | "data"
      | "residue"
      | "aborted"
      | "recoverStarted"
      | "diedBeforeFinish"
    >
  > = {
    endMs: first.value.atMs,
    finished: null,
    sealed: false,
    plan: null,
    planDigest: null,
    facts: null,
    rows: [],
    sentinelRan: false,
    data: null,
    residue: null,
    aborted: null,
    recoverStarted: null,
    diedBeforeFinish: false,
  };
  for (const event of { [Symbol.iterator]: () => iterator }) {
    const index = events_++;
    single.sealed = false;
    if (event.type !== "run.sealed") single.endMs = Math.max(single.endMs, event.atMs);
    if (isStepEvent(event)) {
      noteStep(stepOf(steps, event.data.step), event);
      continue;
    }
    switch (event.type) {
      case "plan.resolved":
        single.plan = event.data.plan;
        single.planDigest = event.data.digest;
        break;
      case "target.facts":
        single.facts = event.data;
        break;
      case "guard.checked":
        guards.push(event.data);
        break;
      case "assertion.checked":
        assertions.push(event.data);
        break;
      case "probes.started":
        single.rows = event.data.rows;
        single.sentinelRan = event.data.sentinel !== null;
        samples = collectSeries(event.data.rows);
        break;
      case "samples":
        samples?.add(event.data.row, event.data.shots);
        break;
      case "stalled":
        stalls.push(event.data);
        break;
      case "observed":
        observed.push(event.data);
        break;
      case "data.checked":
        single.data = event.data;
        break;
      case "residue.scanned":
        single.residue = event.data.found;
        break;
      case "aborted":
        // The first reason is the cause; what follows comes of it.
        single.aborted ??= event.data;
        break;
      case "note":
        notes.push(event.data);
        break;
      case "recover.started":
        single.recoverStarted = event.data;
        if (single.finished === null) single.diedBeforeFinish = true;
        break;
      case "run.finished":
        single.finished = { ...event.data, ts: event.ts, atMs: event.atMs };
        break;
      case "run.sealed":
        single.sealed = event.data.events === index;
        break;
      case "run.started":
      case "sentinel":
      case "probes.stopped":
      case "hold":
        break;
    }
  }
  return {
    ...single,
    run,
    startedAt: first.value.ts,
    events: events_,
    guards,
    assertions,
    objectives: run.objectives,
    series: samples?.build() ?? [],
    stalls,
    // What is done for the run as a whole (taking the sentinel's keys away) is journaled under a step that never began.
    steps: [...steps.values()].filter(({ started, intent }) => started !== null || intent !== null),
    observed,
    notes,
  };
}

type StepEvent = RunEvent &
  Extract<
    EventBody,
    {
      type:
        | "step.started"
        | "step.intent"
        | "step.injected"
        | "step.recovered"
        | "step.undone"
        | "step.settled"
        | "step.cleaned"
        | "step.finished"
        | "effect.checked"
        | "act"
        | "deadman.armed"
        | "deadman.disarmed";
    }
  >;

function isStepEvent(event: RunEvent): event is StepEvent {
  return event.type.startsWith("step.") || event.type.startsWith("deadman.") || event.type === "effect.checked" || event.type === "act";
}

function stepOf(steps: Map<string, DraftStep>, id: string): DraftStep {
  const known = steps.get(id);
  if (known !== undefined) return known;
  const step: DraftStep = {
    id,
    started: null,
    intent: null,
    injectedAtMs: null,
    effect: null,
    recoverStartedAtMs: null,
    undone: null,
    settledAtMs: null,
    finished: null,
    acts: [],
  };
  steps.set(id, step);
  return step;
}

function noteStep(step: DraftStep, event: StepEvent): void {
  switch (event.type) {
    case "step.started":
      step.started = { ...event.data, atMs: event.atMs };
      break;
    case "step.intent":
      step.intent = event.data;
      break;
    case "step.injected":
      step.injectedAtMs = event.data.faultAtMs;
      break;
    case "effect.checked":
      step.effect = {
        proved: event.data.proved,
        because: event.data.because,
        before: event.data.before,
        after: event.data.after,
        atMs: event.atMs,
      };
      break;
    case "step.recovered":
      step.recoverStartedAtMs = event.data.startedAtMs;
      break;
    case "step.undone":
      step.undone = { ...event.data, atMs: event.atMs };
      break;
    case "step.settled":
      step.settledAtMs = event.atMs;
      break;
    case "step.finished":
      step.finished = { ...event.data, atMs: event.atMs };
      break;
    case "act":
      step.acts.push(event.data);
      break;
    case "step.cleaned":
    case "deadman.armed":
    case "deadman.disarmed":
      break;
  }
}
