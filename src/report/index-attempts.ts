// What the index knows of each attempt: from the run's folder when there is one, else from the ledger alone.
import type { Outcome } from "../core/outcome.ts";
import type { RunRecord } from "../core/record.ts";
import { sentenceAlone } from "./format.ts";

/** The part of a record that the index shows. A whole record will do. */
export type IndexRecord = Pick<
  RunRecord,
  "run" | "startedAt" | "durationMs" | "outcome" | "leftBroken" | "complete" | "verdict" | "objectives"
>;

export interface IndexEntry {
  /** Link to the run's folder, relative to the index. */
  readonly dir: string;
  readonly record: IndexRecord;
}

/** One attempt as the ledger has it; `outcome` null: opened and never closed. */
export interface IndexAttempt {
  readonly run: string;
  readonly playbook: string;
  readonly target: string;
  readonly operator: string;
  readonly openedAt: string;
  readonly outcome: Outcome | null;
  readonly detail: string | null;
}

/** What `attemptsOf` needs of a ledger line. */
export interface LedgerLine {
  readonly ts: string;
  readonly event: "opened" | "closed";
  readonly run: string;
  readonly playbook: string;
  readonly target: string;
  readonly operator: string;
  readonly outcome: Outcome | null;
  readonly detail: string | null;
}

/** Pairs the ledger's lines: one attempt for each opened run, in the ledger's order. */
export function attemptsOf(lines: readonly LedgerLine[]): readonly IndexAttempt[] {
  const attempts = new Map<string, IndexAttempt>();
  for (const { ts, event, run, playbook, target, operator, outcome, detail } of lines) {
    const known = attempts.get(run);
    if (known === undefined) attempts.set(run, { run, playbook, target, operator, openedAt: ts, outcome, detail });
    else if (event === "closed") attempts.set(run, { ...known, outcome, detail });
  }
  return [...attempts.values()];
}

/** One line of the index. */
export interface IndexRow {
  readonly run: string;
  readonly startedAt: string;
  readonly target: string;
  readonly operator: string;
  readonly outcome: Outcome | null;
  readonly text: string;
  /** null: the ledger knows it, but there is no folder. */
  readonly entry: IndexEntry | null;
}

export interface IndexGroup {
  readonly playbook: string;
  /** Oldest first. */
  readonly rows: readonly IndexRow[];
}

/** Runs and attempts merged by run id, grouped by playbook; groups in alphabetical order. */
export function groupRuns(runs: readonly IndexEntry[], attempts: readonly IndexAttempt[]): readonly IndexGroup[] {
  const known = new Set(runs.map((entry) => entry.record.run.run));
  const rows: (readonly [playbook: string, row: IndexRow])[] = runs.map((entry) => [entry.record.run.playbook.name, rowOfEntry(entry)]);
  for (const attempt of attempts) if (!known.has(attempt.run)) rows.push([attempt.playbook, rowOfAttempt(attempt)]);
  const names = [...new Set(rows.map(([playbook]) => playbook))].sort();
  return names.map((playbook) => ({
    playbook,
    rows: rows
      .filter(([name]) => name === playbook)
      .map(([, row]) => row)
      .sort((a, b) => compare(a.startedAt, b.startedAt) || compare(a.run, b.run)),
  }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function rowOfEntry(entry: IndexEntry): IndexRow {
  const { record } = entry;
  const { run } = record;
  const { outcome, startedAt } = record;
  return { run: run.run, startedAt, target: run.target.name, operator: run.operator, outcome, text: sentenceAlone(record), entry };
}

function rowOfAttempt(attempt: IndexAttempt): IndexRow {
  const { run, target, operator, outcome, openedAt: startedAt } = attempt;
  const text =
    attempt.detail ?? (outcome === null ? "Opened and never closed: the runner died, or is still running." : "No reason was recorded.");
  return { run, startedAt, target, operator, outcome, text, entry: null };
}

const CADENCE_MONTHS: Readonly<Record<string, number>> = {
  monthly: 1,
  quarterly: 3,
  "half-yearly": 6,
  "semi-annually": 6,
  yearly: 12,
  annually: 12,
  annual: 12,
};
const CADENCE_DAYS: Readonly<Record<string, number>> = { daily: 1, weekly: 7, fortnightly: 14 };

/** The day (YYYY-MM-DD, UTC) by which a drill is due again; null for a cadence that is not one of the known words. */
export function nextDue(lastPass: string, cadence: string | null): string | null {
  const word = cadence?.trim().toLowerCase() ?? "";
  const match = /^(\d{4})-(\d{2})-(\d{2})T/.exec(lastPass);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]) - 1, Number(match[3])];
  const days = CADENCE_DAYS[word];
  if (days !== undefined) return addDays(year, month, day, days);
  const months = CADENCE_MONTHS[word];
  if (months === undefined) return null;
  return addMonths(year, month, day, months);
}

// Calendar arithmetic by hand: no clock, no time zone, nothing that depends on when or where the page is made.
function addMonths(year: number, month: number, day: number, months: number): string {
  const at = year * 12 + month + months;
  const [newYear, newMonth] = [Math.floor(at / 12), at % 12];
  // A month later than the 31st is the last day of a shorter month, not the 1st of the one after it.
  return isoDay(newYear, newMonth, Math.min(day, daysIn(newYear, newMonth)));
}

function addDays(year: number, month: number, day: number, days: number): string {
  const over = day + days - daysIn(year, month);
  if (over <= 0) return isoDay(year, month, day + days);
  return month === 11 ? isoDay(year + 1, 0, over) : isoDay(year, month + 1, over);
}

function daysIn(year: number, month: number): number {
  if (month === 1) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [3, 5, 8, 10].includes(month) ? 30 : 31;
}

function isoDay(year: number, month: number, day: number): string {
  return `${year}-${String(month + 1).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}
