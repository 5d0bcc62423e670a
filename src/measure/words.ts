// How measurements are put into words, the same in every report.
import type { ObjectiveSpec, SentinelCheck } from "../core/event.ts";
import type { RecoveryKind } from "../core/fields.ts";
import type { Measured } from "../core/record.ts";
import { formatDuration } from "../util/duration.ts";
import type { FaultWindow } from "./recovery.ts";

/** "1.24 s ± 20 ms"; where not sampled time widened one side: "1.35 s (1.07 s to 1.37 s)". */
export function measuredText({ valueMs, lowMs, highMs, resolutionMs }: Measured): string {
  // The last failure and the first answer lie up to a period and a latency apart: that much is what ± stands for.
  const widened = Math.max(valueMs - lowMs, highMs - valueMs) > 2 * resolutionMs;
  if (widened) return `${formatDuration(valueMs)} (${formatDuration(lowMs)} to ${formatDuration(highMs)})`;
  return `${formatDuration(valueMs)} ± ${formatDuration(resolutionMs)}`;
}

/** "99.93 %", "34.4 %"; never rounded to all or nothing. */
export function shareText(share: number): string {
  const percent = share * 100;
  const digits = percent > 99 || percent < 1 ? 3 : 1;
  const text = String(Number(percent.toFixed(digits)));
  if (text === "100" && share < 1) return "99.999 %";
  return text === "0" && share > 0 ? "0.001 %" : `${text} %`;
}

/** "1 write", "14 writes". */
export function countText(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** "RTO ≤ 5 s", "RPO ≤ 14 writes", "RPO ≤ 1 s", "availability ≥ 99.9 %". */
export function promiseText(promise: ObjectiveSpec["promise"]): string {
  switch (promise.kind) {
    case "rto":
      return `RTO ≤ ${formatDuration(promise.limitMs)}`;
    case "rpo-writes":
      return `RPO ≤ ${countText(promise.limit, "write")}`;
    case "rpo-time":
      return `RPO ≤ ${formatDuration(promise.limitMs)}`;
    case "availability":
      return `availability ≥ ${shareText(promise.atLeast)}`;
  }
}

/** What came back, as subject and verb: "writes were", "service was", "full redundancy was". */
export function subjectText(kind: RecoveryKind, probeTypes: readonly string[]): string {
  switch (kind) {
    case "serviceRestored": {
      const types = new Set(probeTypes);
      if (types.size === 1 && types.has("etcd-write")) return "writes were";
      if (types.size === 1 && types.has("etcd-read")) return "reads were";
      return "service was";
    }
    case "dataVerified":
      return "data was";
    case "redundancyRestored":
      return "full redundancy was";
    case "normalRestored":
      return "normal operation was";
  }
}

/** The fault, to stand after "after": `"Kill the leader" (m2)`. */
export function faultText(window: FaultWindow): string {
  return `"${window.stepName}"${window.victims.length === 0 ? "" : ` (${window.victims.join(", ")})`}`;
}

/** With a capital and a full stop; etcd writes itself small. */
export function sentence(text: string): string {
  const capital = text.startsWith("etcd") ? text : text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

/** What "the revision went backwards" means here, without a full stop. A cluster that was restored without a bump soon passes the old revision again. */
export function backwardsText(data: Pick<SentinelCheck, "highestAckedRevision" | "revisionNow">): string {
  const { highestAckedRevision: highest, revisionNow: now } = data;
  return now < highest
    ? `the revision went back: ${highest} had been acknowledged, the cluster is at ${now}; watchers cannot notice what they missed`
    : `the revision went back and has passed ${highest}, which had been acknowledged, a second time (it is at ${now}); watchers cannot notice what they missed`;
}
