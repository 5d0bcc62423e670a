// Several runs of one playbook: minimum, median and maximum of each recovery, with every raw point. Nothing is averaged away.
import type { RunRecord } from "../core/record.ts";
import { formatDuration } from "../util/duration.ts";

export interface RepeatLine {
  /** "Kill the leader: serviceRestored". */
  readonly what: string;
  readonly minMs: number | null;
  readonly medianMs: number | null;
  readonly maxMs: number | null;
  /** In run order; null where a run did not measure it. */
  readonly pointsMs: readonly (number | null)[];
}

export interface RepeatSummary {
  readonly playbook: string;
  readonly runs: readonly { readonly run: string; readonly outcome: string; readonly seed: number }[];
  readonly lines: readonly RepeatLine[];
}

/** Folds the records of repeated runs. */
export function summarizeRepeats(records: readonly RunRecord[]): RepeatSummary {
  const points = new Map<string, (number | null)[]>();
  for (const [index, record] of records.entries()) {
    for (const step of record.steps) {
      for (const recovery of step.recoveries) {
        const what = `${step.name}: ${recovery.kind}`;
        const list = points.get(what) ?? Array.from({ length: records.length }, () => null);
        list[index] = recovery.measured?.valueMs ?? null;
        points.set(what, list);
      }
    }
  }
  return {
    playbook: records[0]?.run.playbook.name ?? "",
    runs: records.map((record) => ({ run: record.run.run, outcome: record.outcome, seed: record.run.seed })),
    lines: [...points].map(([what, pointsMs]) => {
      const sorted = pointsMs.filter((point) => point !== null).toSorted((a, b) => a - b);
      return { what, minMs: sorted[0] ?? null, medianMs: median(sorted), maxMs: sorted.at(-1) ?? null, pointsMs };
    }),
  };
}

function median(sorted: readonly number[]): number | null {
  if (sorted.length === 0) return null;
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** The same as text for a terminal or a log. */
export function renderRepeats(summary: RepeatSummary): string {
  const show = (ms: number | null): string => (ms === null ? "-" : formatDuration(ms));
  const width = Math.max(0, ...summary.lines.map(({ what }) => what.length));
  return [
    `${summary.runs.length} runs of ${summary.playbook}: ${summary.runs.map(({ outcome }) => outcome).join(", ")}`,
    `${"".padEnd(width)}  ${"min".padStart(9)} ${"median".padStart(9)} ${"max".padStart(9)}  each run`,
    ...summary.lines.map(
      (line) =>
        `${line.what.padEnd(width)}  ${show(line.minMs).padStart(9)} ${show(line.medianMs).padStart(9)} ${show(line.maxMs).padStart(9)}  ${line.pointsMs.map(show).join(", ")}`,
    ),
    `seeds: ${summary.runs.map(({ seed }) => seed).join(", ")}`,
    "",
  ].join("\n");
}
