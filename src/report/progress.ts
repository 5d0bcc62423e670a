// What a person watching a run is told, event by event. One sentence each, the same in a terminal and in a log.
import type { RunEvent } from "../core/event.ts";
import { formatDuration } from "../util/duration.ts";
import { plainText } from "./escape.ts";

export interface ProgressLine {
  readonly kind: "phase" | "detail" | "good" | "bad" | "warn";
  readonly text: string;
}

/** Shows a run's events as they happen. */
export interface Progress {
  readonly event: (event: RunEvent) => void;
  /** A line that belongs to no event: starting a cluster, where the report is. */
  readonly line: (line: ProgressLine) => void;
  readonly end: () => Promise<void>;
}

const TOLD_STALL_MS = 250;

/** The line for one event; null for events that nobody needs to see while they wait. */
export function progressLine(event: RunEvent): ProgressLine | null {
  const made = lineOf(event);
  return made === null ? null : { ...made, text: plainText(made.text) };
}

function lineOf(event: RunEvent): ProgressLine | null {
  switch (event.type) {
    case "run.started":
      return { kind: "phase", text: `run ${event.data.run} (seed ${event.data.seed})` };
    case "guard.checked":
      return event.data.ok
        ? { kind: "detail", text: `guard ${event.data.guard}: ${event.data.detail}` }
        : { kind: "bad", text: `guard ${event.data.guard}: ${event.data.detail}` };
    case "assertion.checked":
      return {
        kind: event.data.ok ? "good" : "bad",
        text: `${phaseWord(event.data.phase)}${event.data.assertion}: ${event.data.observed}`,
      };
    case "probes.started":
      return {
        kind: "detail",
        text: `${event.data.rows.length} probe rows running${event.data.sentinel === null ? "" : ", sentinel writing"}`,
      };
    case "step.started":
      return { kind: "phase", text: event.data.drill === null ? event.data.name : `${event.data.name} (${event.data.drill})` };
    case "step.intent":
      return event.data.breaks.length === 0
        ? null
        : {
            kind: "detail",
            text: `undo recorded: ${event.data.undo.length} operations, on ${event.data.victims.join(", ") || "no member"}`,
          };
    case "act":
      return event.data.ok
        ? { kind: "detail", text: `${event.data.phase}: ${event.data.exact} (${formatDuration(event.data.tookMs)})` }
        : {
            kind: "bad",
            text: `${event.data.phase}: ${event.data.exact}: ${typeof event.data.evidence === "string" ? event.data.evidence : JSON.stringify(event.data.evidence)}`,
          };
    case "effect.checked":
      return {
        kind: event.data.proved ? "good" : "warn",
        text: `${event.data.proved ? "effect proved" : "effect NOT proved"}: ${event.data.because}`,
      };
    case "hold":
      return { kind: "detail", text: `${event.data.step === "soak" ? "soaking" : "holding"} for ${formatDuration(event.data.plannedMs)}` };
    case "step.undone":
      return event.data.verified
        ? { kind: "good", text: "undone, and looked: as it was" }
        : { kind: "bad", text: `UNDO NOT VERIFIED: ${event.data.because}` };
    case "observed":
      return { kind: event.data.ok ? "good" : "warn", text: `${OBSERVED[event.data.what]}: ${event.data.detail}` };
    case "data.checked":
      return {
        kind: event.data.lost === 0 ? "detail" : "warn",
        text: `data: ${event.data.acked} writes acknowledged, ${event.data.present} present, ${event.data.lost} lost`,
      };
    case "residue.scanned":
      return event.data.found.length === 0
        ? { kind: "good", text: "nothing left behind" }
        : { kind: "bad", text: `left behind: ${event.data.found.map(({ what }) => what).join("; ")}` };
    case "aborted":
      return { kind: "bad", text: `ended early (${event.data.by}): ${event.data.reason}` };
    case "stalled":
      // Short ones happen on any busy machine; the report counts them all.
      if (event.data.toMs - event.data.fromMs < TOLD_STALL_MS) return null;
      return { kind: "warn", text: `this machine stalled for ${formatDuration(event.data.toMs - event.data.fromMs)}: not sampled` };
    case "note":
      return { kind: event.data.kind === "evidence" ? "detail" : "warn", text: event.data.text };
    case "recover.started":
      return { kind: "phase", text: `recovering: ${event.data.reason}` };
    case "deadman.disarmed":
      return event.data.hadFired ? { kind: "warn", text: "the dead-man timer had already fired" } : null;
    case "target.facts":
      return event.data.limits.length === 0 ? null : { kind: "warn", text: event.data.limits.join("; ") };
    case "plan.resolved":
    case "samples":
    case "sentinel":
    case "probes.stopped":
    case "deadman.armed":
    case "step.injected":
    case "step.recovered":
    case "step.settled":
    case "step.cleaned":
    case "step.finished":
    case "run.finished":
    case "run.sealed":
      return null;
  }
}

const OBSERVED = {
  dataVerified: "data verified",
  redundancyRestored: "redundancy restored",
  normalRestored: "steady state after",
  redundancyLost: "redundancy lost",
} as const;

function phaseWord(phase: "before" | "during" | "after"): string {
  return phase === "before" ? "steady state: " : phase === "after" ? "after: " : "check: ";
}
