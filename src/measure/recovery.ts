// The four recoveries of one fault. Null is not zero: what was not seen has a reason instead of a number.
import type { EventBody } from "../core/event.ts";
import type { RecoveryKind } from "../core/fields.ts";
import type { Measured, Recovery } from "../core/record.ts";
import { formatDuration } from "../util/duration.ts";
import { judgeHold } from "./hold.ts";
import { type Timeline, tidy } from "./timeline.ts";

export type Observed = Extract<EventBody, { type: "observed" }>["data"];

/** Probe types that watch the cluster itself rather than stand for its clients. */
const INWARD_TYPES: ReadonlySet<string> = new Set(["etcd-status", "etcd-redundancy"]);
const REDUNDANCY_TYPE = "etcd-redundancy";

/** One drill step and the time that belongs to it. */
export interface FaultWindow {
  readonly stepId: string;
  readonly stepName: string;
  readonly victims: readonly string[];
  readonly faultAtMs: number;
  /** The next step that broke something; Infinity when there is none. */
  readonly untilMs: number;
  /** It broke something, rather than only read (took a snapshot). */
  readonly breaks: boolean;
  /** The drill's fingerprint changed as it should; otherwise nothing was shown to be broken. */
  readonly effectProved: boolean;
  /** When undo or the recovery procedure started, ascending. */
  readonly repairsAtMs: readonly number[];
}

/** What all findings of a run are made from. */
export interface Evidence {
  readonly windows: readonly FaultWindow[];
  /** One a probe: the row that is up when any endpoint is. By probe id, in the playbook's order. */
  readonly timelines: ReadonlyMap<string, Timeline>;
  readonly observed: readonly Observed[];
  readonly recoveredForMs: number;
  /** End of the run, ms since its start. */
  readonly endMs: number;
}

/** A recovery, and what an objective needs to know beyond it. */
export interface RecoveryFinding {
  readonly recovery: Recovery;
  /** What an objective is judged on: the recovery's own value, or the bound of what could have gone unseen where there is no value. */
  readonly bounds: Measured | null;
  /** No interruption was seen at all. */
  readonly unseen: boolean;
  /** "notHeld": back at the end of its time, but not for a whole hold window. */
  readonly status: "measured" | "notHeld" | "notRestored" | "notMeasured";
  /** Of what was not restored: it took at least this long. */
  readonly atLeastMs: number;
}

/** The timelines of the named probes, and the names there is none for. No names: every probe that stands for clients. */
export function pickTimelines(
  evidence: Evidence,
  probes: readonly string[],
): { readonly timelines: readonly Timeline[]; readonly absent: readonly string[] } {
  if (probes.length === 0) {
    return { timelines: [...evidence.timelines.values()].filter(({ series }) => !INWARD_TYPES.has(series.type)), absent: [] };
  }
  const found = probes.map((probe) => evidence.timelines.get(probe));
  return {
    timelines: found.filter((timeline) => timeline !== undefined),
    absent: probes.filter((_, index) => found[index] === undefined),
  };
}

/** One kind of recovery after one fault. `probes` matter for `serviceRestored` only. */
export function findRecovery(kind: RecoveryKind, window: FaultWindow, probes: readonly string[], evidence: Evidence): RecoveryFinding {
  if (kind === "serviceRestored") {
    const { timelines, absent } = pickTimelines(evidence, probes);
    if (absent.length > 0) return notMeasured(kind, `there are no samples of probe ${absent.map((id) => `"${id}"`).join(", ")}`);
    return fromProbes(kind, window, timelines, evidence.recoveredForMs);
  }
  if (kind === "redundancyRestored") {
    const finer = [...evidence.timelines.values()].filter(({ series }) => series.type === REDUNDANCY_TYPE);
    const finding = fromProbes(kind, window, finer, evidence.recoveredForMs);
    if (finding.status === "measured" || finding.status === "notRestored") return finding;
    const looked = fromObserved(kind, window, evidence);
    return looked.status === "measured" || finding.status === "notMeasured" ? looked : finding;
  }
  return fromObserved(kind, window, evidence);
}

function fromProbes(kind: RecoveryKind, window: FaultWindow, timelines: readonly Timeline[], holdMs: number): RecoveryFinding {
  const answer = judgeHold({ timelines, faultAtMs: window.faultAtMs, untilMs: window.untilMs, holdMs });
  switch (answer.kind) {
    case "restored":
      return measured(kind, answer.measured, answer.why, { neverLost: false, sinceRepairMs: sinceRepair(window, answer.atMs) });
    case "neverLost":
      return measured(kind, answer.measured, answer.why, { neverLost: true, sinceRepairMs: null });
    case "unclear":
      return { ...notMeasured(kind, answer.why), bounds: answer.measured, unseen: true, status: "measured" };
    case "notRestored":
      return { ...notMeasured(kind, answer.why), status: answer.backAtEnd ? "notHeld" : "notRestored", atLeastMs: answer.atLeastMs };
    case "notMeasured":
      return notMeasured(kind, answer.why);
  }
}

/** From what the runner saw by looking now and then: coarser than a probe, and said so by its resolution. */
function fromObserved(kind: Exclude<RecoveryKind, "serviceRestored">, window: FaultWindow, evidence: Evidence): RecoveryFinding {
  const isLoss = (look: Observed): boolean => look.what === "redundancyLost" || (look.what === kind && !look.ok);
  const relevant = evidence.observed
    .filter(({ what, atMs }) => atMs >= window.faultAtMs && (what === kind || (kind === "redundancyRestored" && what === "redundancyLost")))
    .toSorted((a, b) => a.atMs - b.atMs);
  const own = relevant.filter(({ atMs }) => atMs < window.untilMs);
  // When it was not seen before the next fault, a later sight is still an upper bound.
  const ownLast = own.at(-1);
  const looks = ownLast !== undefined && !isLoss(ownLast) ? own : relevant;
  if (looks.length === 0) return notMeasured(kind, "nobody looked for it after the fault");
  const lastLoss = looks.findLastIndex(isLoss);
  const seen = looks.slice(lastLoss + 1).find((look) => !isLoss(look));
  if (seen === undefined) {
    const loss = looks[lastLoss];
    const why = `not seen in the ${formatDuration(evidence.endMs - window.faultAtMs)} after the fault${loss === undefined ? "" : `: ${loss.detail}`}`;
    return { ...notMeasured(kind, why), status: "notRestored", atLeastMs: tidy(Math.max(0, evidence.endMs - window.faultAtMs)) };
  }
  const valueMs = tidy(seen.atMs - window.faultAtMs);
  // Redundancy that was there at every look may still have been gone between two; data and steady state are always checked afterwards.
  const neverLost = kind === "redundancyRestored" && lastLoss < 0;
  const value: Measured = {
    valueMs,
    lowMs: neverLost ? 0 : tidy(Math.max(0, valueMs - seen.resolutionMs)),
    highMs: tidy(valueMs + seen.resolutionMs),
    resolutionMs: seen.resolutionMs,
  };
  const late = seen.atMs >= window.untilMs ? "; seen only after a later fault" : "";
  return measured(kind, value, `${seen.detail}${late}`, { neverLost, sinceRepairMs: neverLost ? null : sinceRepair(window, seen.atMs) });
}

function sinceRepair(window: FaultWindow, atMs: number): number | null {
  const startedAtMs = window.repairsAtMs.findLast((repairAtMs) => repairAtMs <= atMs);
  return startedAtMs === undefined ? null : tidy(atMs - startedAtMs);
}

function measured(
  kind: RecoveryKind,
  value: Measured,
  why: string,
  rest: { readonly neverLost: boolean; readonly sinceRepairMs: number | null },
): RecoveryFinding {
  return {
    recovery: { kind, measured: value, why, ...rest },
    bounds: value,
    unseen: rest.neverLost,
    status: "measured",
    atLeastMs: value.lowMs,
  };
}

function notMeasured(kind: RecoveryKind, why: string): RecoveryFinding {
  return {
    recovery: { kind, measured: null, neverLost: false, why, sinceRepairMs: null },
    bounds: null,
    unseen: false,
    status: "notMeasured",
    atLeastMs: 0,
  };
}
