// How values are written in every report: the same number has the same text in the terminal, in HTML, in Markdown and in JUnit.

import type { ObjectiveSpec } from "../core/event.ts";
import type { RecoveryKind } from "../core/fields.ts";
import type { Outcome, Verdict } from "../core/outcome.ts";
import type { ProbeSummary, Recovery, RunRecord } from "../core/record.ts";
import { measuredText, shareText } from "../measure/words.ts";
import { formatDuration } from "../util/duration.ts";
import type { Json } from "../util/json.ts";

export const NO_VALUE = "–";

/** A word and a sign for each; never the colour alone. */
export const OUTCOME_SIGN: Readonly<Record<Outcome, string>> = {
  passed: "✓",
  failed: "✗",
  inconclusive: "?",
  refused: "⊘",
  aborted: "■",
  error: "!",
};

export const VERDICT_SIGN: Readonly<Record<Verdict, string>> = { met: "✓", missed: "✗", inconclusive: "?" };

export const RECOVERY_TITLE: Readonly<Record<RecoveryKind, string>> = {
  serviceRestored: "Service restored",
  dataVerified: "Data verified",
  redundancyRestored: "Redundancy restored",
  normalRestored: "Normal restored",
};

export const RECOVERY_MEANING: Readonly<Record<RecoveryKind, string>> = {
  serviceRestored: "clients are served again",
  dataVerified: "what was acknowledged is there, and members agree",
  redundancyRestored: "every member votes and has caught up",
  normalRestored: "the steady state holds again, after the soak",
};

/** What an outcome means for whoever reads only one line. */
export const OUTCOME_MEANING: Readonly<Record<Outcome, string>> = {
  passed: "Every objective was met.",
  failed: "At least one promise was not kept.",
  inconclusive: "Nothing can be concluded; this is not a pass.",
  refused: "A guard refused the run; nothing was broken.",
  aborted: "The run was stopped before its end.",
  error: "Something in the surroundings ended the run; nothing can be concluded.",
};

/** A recovery in one cell: the time, "never lost", or that there is none; `why` tells the reason. */
export function formatRecovery(recovery: Recovery): string {
  if (recovery.measured === null) return "no value";
  return recovery.neverLost ? `never lost (≤ ${formatDuration(recovery.measured.highMs)})` : measuredText(recovery.measured);
}

/** A moment of the run: "+12.40 s" below two minutes, "+3:07.5" above. */
export function formatMoment(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return NO_VALUE;
  const sign = ms < 0 ? "−" : "+";
  const abs = Math.abs(ms);
  if (abs < 119_995) return `${sign}${(abs / 1000).toFixed(2)} s`;
  const tenths = Math.round(abs / 100);
  const hours = Math.floor(tenths / 36_000);
  const minutes = Math.floor(tenths / 600) % 60;
  const seconds = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
  return hours === 0 ? `${sign}${minutes}:${seconds}` : `${sign}${hours}:${String(minutes).padStart(2, "0")}:${seconds}`;
}

/** "12 345" with narrow no-break spaces, so that long counts can be read. */
export function formatCount(count: number): string {
  return Math.abs(count) < 10_000 ? String(count) : String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** A share for people; what is not whole does not look whole. */
export function formatShare(share: number | null): string {
  return share === null ? NO_VALUE : shareText(share);
}

/** "2026-11-21 09:00:00 UTC" from an ISO time; the text itself when it is not one. */
export function formatInstant(iso: string | null): string {
  if (iso === null) return NO_VALUE;
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/.exec(iso);
  return match === null ? iso : `${match[1] ?? ""} ${match[2] ?? ""} UTC`;
}

/** Any JSON value on one line; strings without quotes. */
export function formatJson(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** "1 write", "3 writes". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** How the environment is called in large letters. */
export function environmentWord(target: RunRecord["run"]["target"]): string {
  return target.disposable ? "DISPOSABLE" : "NOT DISPOSABLE";
}

/** What the environment word means. */
export function environmentMeaning(target: RunRecord["run"]["target"]): string {
  if (target.throwAway) return "made for this run and taken away with it";
  return target.disposable ? "carries the disposable marker: breaking it needs no approval" : "carries no disposable marker";
}

/** "etcd-write" or "etcd-write on m1". */
export function probeLabel(probe: Pick<ProbeSummary, "probe" | "endpoint">): string {
  if (probe.endpoint === "-") return probe.probe;
  return probe.endpoint === "any" ? `${probe.probe}, any endpoint` : `${probe.probe} on ${probe.endpoint}`;
}

/** Limit of a promise in the unit of `ObjectiveResult.measuredValue`. */
export function promiseLimit(promise: ObjectiveSpec["promise"]): number {
  switch (promise.kind) {
    case "rto":
    case "rpo-time":
      return promise.limitMs;
    case "rpo-writes":
      return promise.limit;
    case "availability":
      return promise.atLeast;
  }
}

/** The verdict's sentence where the outcome's word stands beside it already: "Failed: writes …" becomes "Writes …". */
export function sentenceAlone(record: Pick<RunRecord, "verdict" | "outcome">): string {
  const start = `${record.outcome}: `;
  if (!record.verdict.toLowerCase().startsWith(start)) return record.verdict;
  const rest = record.verdict.slice(start.length);
  return `${rest.slice(0, 1).toUpperCase()}${rest.slice(1)}`;
}

/** Reasons that say more than the verdict's sentence does. */
export function furtherReasons(record: Pick<RunRecord, "verdict" | "outcome" | "reasons">): readonly string[] {
  const said = new Set([record.verdict, sentenceAlone(record)].map(bare));
  return record.reasons.filter((reason) => !said.has(bare(reason)));
}

function bare(sentence: string): string {
  return sentence.trim().replace(/\.$/, "").toLowerCase();
}
