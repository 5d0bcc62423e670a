// One verdict for each objective. An objective is met only when the pessimistic bound is within it, and missed only when the
// optimistic one is not; what lies between, and what was not measured, is inconclusive.
import type { ObjectiveSpec, SentinelCheck } from "../core/event.ts";
import type { Verdict } from "../core/outcome.ts";
import type { ObjectiveResult } from "../core/record.ts";
import { formatDuration } from "../util/duration.ts";
import { judgeAvailability, unsampledShare } from "./availability.ts";
import { type Evidence, type FaultWindow, findRecovery, pickTimelines } from "./recovery.ts";
import { backwardsText, countText, faultText, measuredText, promiseText, sentence, shareText, subjectText } from "./words.ts";

/** Above this share of an objective's time not sampled, what was sampled cannot stand for the rest. */
const MAX_UNSAMPLED_SHARE = 0.2;

interface Judged {
  readonly verdict: Verdict;
  readonly measured: string;
  readonly measuredValue: number | null;
  readonly because: string;
}

/** Judges one objective. `data` is the sentinel check, null when there was none. */
export function judgeObjective(spec: ObjectiveSpec, evidence: Evidence, data: SentinelCheck | null): ObjectiveResult {
  return { spec, promise: promiseText(spec.promise), ...judgePromise(spec, evidence, data) };
}

/** The fault an objective binds to: the named step's, else the first of the run that took members down, else the first at all. */
export function windowOf(spec: ObjectiveSpec, windows: readonly FaultWindow[]): FaultWindow | undefined {
  if (spec.step !== null) return windows.find(({ stepName, stepId }) => stepName === spec.step || stepId === spec.step);
  return windows.find(({ breaks, victims }) => breaks && victims.length > 0) ?? windows.find(({ breaks }) => breaks) ?? windows[0];
}

function judgePromise(spec: ObjectiveSpec, evidence: Evidence, data: SentinelCheck | null): Judged {
  const window = windowOf(spec, evidence.windows);
  if (window === undefined) {
    const because =
      spec.step === null
        ? "Nothing was broken, so nothing was measured."
        : `The step "${spec.step}" broke nothing, so nothing was measured.`;
    return unmeasured(because);
  }
  switch (spec.promise.kind) {
    case "rto":
      return onlyIfProved(judgeRto(spec, spec.promise, window, evidence), window, "missed");
    case "rpo-writes":
    case "rpo-time":
      return onlyIfProved(judgeRpo(spec.promise, data), window);
    case "availability":
      return onlyIfProved(enoughSampled(judgeShare(spec, spec.promise.atLeast, window, evidence), spec, window, evidence), window);
  }
}

function judgeRto(
  spec: ObjectiveSpec,
  promise: Extract<ObjectiveSpec["promise"], { kind: "rto" }>,
  window: FaultWindow,
  evidence: Evidence,
): Judged {
  const { limitMs, of } = promise;
  const { recovery, bounds, unseen, status, atLeastMs } = findRecovery(of, window, spec.probes, evidence);
  const { timelines } = pickTimelines(evidence, spec.probes);
  const subject = subjectText(
    of,
    timelines.map(({ series }) => series.type),
  );
  const back = of === "dataVerified" ? "verified" : "back";
  const fault = faultText(window);
  const limit = `objective ${formatDuration(limitMs)}`;
  if (status === "notMeasured") return unmeasured(sentence(`not measured: ${recovery.why}`));
  if (bounds === null) {
    if (atLeastMs > limitMs) {
      const because = sentence(`${subject} not ${back} ${formatDuration(atLeastMs)} after ${fault} (${limit}): ${recovery.why}`);
      return { verdict: "missed", measured: `more than ${formatDuration(atLeastMs)}`, measuredValue: null, because };
    }
    return {
      verdict: "inconclusive",
      measured: `at least ${formatDuration(atLeastMs)}`,
      measuredValue: null,
      because: sentence(`${recovery.why} (${limit})`),
    };
  }
  const text = measuredText(bounds);
  const fact = unseen
    ? `${subject} not seen interrupted after ${fault}; up to ${formatDuration(bounds.highMs)} could have gone unseen (${limit})`
    : `${subject} ${back} ${text} after ${fault} (${limit})`;
  const judged = {
    measured: unseen ? `no interruption seen (up to ${formatDuration(bounds.highMs)})` : text,
    measuredValue: unseen ? bounds.highMs : bounds.valueMs,
  };
  if (bounds.highMs <= limitMs) {
    const met: Judged = { ...judged, verdict: "met", because: sentence(fact) };
    return of === "serviceRestored" ? enoughSampled(met, spec, window, evidence) : met;
  }
  if (bounds.lowMs > limitMs) return { ...judged, verdict: "missed", because: sentence(fact) };
  const between = `the true value lies between ${formatDuration(bounds.lowMs)} and ${formatDuration(bounds.highMs)}, on both sides of the objective`;
  return { ...judged, verdict: "inconclusive", because: sentence(`${fact}; ${between}`) };
}

function judgeRpo(promise: Extract<ObjectiveSpec["promise"], { kind: "rpo-writes" | "rpo-time" }>, data: SentinelCheck | null): Judged {
  if (data === null) return unmeasured("The data was not checked after the drill.");
  const inTime = promise.kind === "rpo-time";
  const measured = inTime ? formatDuration(data.lostMs) : countText(data.lost, "write");
  const measuredValue = inTime ? data.lostMs : data.lost;
  const judged = { measured, measuredValue };
  if (data.wentBackwards) {
    return { ...judged, verdict: "missed", because: sentence(backwardsText(data)) };
  }
  if (data.mismatched > 0) {
    return {
      ...judged,
      verdict: "missed",
      because: sentence(`${countText(data.mismatched, "acknowledged write")} came back with another value or a lower revision`),
    };
  }
  if (!data.complete) return unmeasured(sentence(`the data check did not finish: ${data.problem ?? "no reason given"}`));
  if (data.acked === 0) return unmeasured("No write was acknowledged, so none could be lost.");
  const met = inTime ? data.lostMs <= promise.limitMs : data.lost <= promise.limit;
  const span = data.lost === 0 ? "" : `, made over ${formatDuration(data.lostMs)}`;
  const because = sentence(
    `${data.lost} of ${countText(data.acked, "acknowledged write")} ${data.lost === 1 ? "is" : "are"} missing${span} (objective ${promiseText(promise).slice("RPO ".length)})`,
  );
  return { ...judged, verdict: met ? "met" : "missed", because };
}

function judgeShare(spec: ObjectiveSpec, atLeast: number, window: FaultWindow, evidence: Evidence): Judged {
  const { timelines, absent } = pickTimelines(evidence, spec.probes);
  if (absent.length > 0) return unmeasured(sentence(`there are no samples of probe ${absent.map((id) => `"${id}"`).join(", ")}`));
  // Without a step of its own, availability is that of the whole run from the first fault on.
  const untilMs = spec.step === null ? Number.POSITIVE_INFINITY : window.untilMs;
  const found = judgeAvailability(timelines, window.faultAtMs, untilMs);
  if (found === null) return unmeasured("No request was sampled after the fault.");
  const fact = `${shareText(found.share)} of ${countText(found.sampled, "request")} of "${found.probe}" succeeded from ${faultText(window)} on (objective ${shareText(atLeast)})`;
  const judged = { measured: shareText(found.share), measuredValue: found.share };
  if (found.lowShare >= atLeast) return { ...judged, verdict: "met", because: sentence(fact) };
  if (found.highShare < atLeast) return { ...judged, verdict: "missed", because: sentence(fact) };
  return {
    ...judged,
    verdict: "inconclusive",
    because: sentence(`${fact}; ${countText(found.hidden, "request")} not sampled could decide either way`),
  };
}

function enoughSampled(judged: Judged, spec: ObjectiveSpec, window: FaultWindow, evidence: Evidence): Judged {
  if (judged.verdict !== "met") return judged;
  const share = unsampledShare(pickTimelines(evidence, spec.probes).timelines, window.faultAtMs, window.untilMs);
  if (share <= MAX_UNSAMPLED_SHARE) return judged;
  return {
    ...judged,
    verdict: "inconclusive",
    because: sentence(`${shareText(share)} of the time after ${faultText(window)} was not sampled`),
  };
}

/** Without a proved effect nothing was shown to survive it; how long service was away then says nothing about this fault either. */
function onlyIfProved(judged: Judged, window: FaultWindow, ...alsoVoid: readonly Verdict[]): Judged {
  if (window.effectProved || (judged.verdict !== "met" && !alsoVoid.includes(judged.verdict))) return judged;
  return {
    ...judged,
    verdict: "inconclusive",
    because: sentence(`it is not proved that ${faultText(window)} had its effect, so this run shows nothing about it`),
  };
}

function unmeasured(because: string): Judged {
  return { verdict: "inconclusive", measured: "not measured", measuredValue: null, because };
}
