// The index over a reports folder: read from the runs' folders and the ledger each time, never edited.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errorLine } from "../core/errors.ts";
import type { RunRecord } from "../core/record.ts";
import { attemptsOf, type IndexAttempt, type IndexEntry } from "../report/index-attempts.ts";
import { renderIndex } from "../report/index-page.ts";
import { readLedger } from "../runner/ledger.ts";
import { writeFileAtomic } from "../util/atomic-file.ts";
import { isObject, parseJson } from "../util/json.ts";
import { recordOf } from "./reports.ts";

export interface BuiltIndex {
  readonly runs: readonly IndexEntry[];
  /** Attempts in the ledger, with a folder or without. */
  readonly attempts: readonly IndexAttempt[];
  readonly problems: readonly string[];
}

/** Reads every run in a reports folder and its ledger. What cannot be read is a problem in the index, not a reason to have none. */
export function buildIndex(reportsDir: string): BuiltIndex {
  const problems: string[] = [];
  const folders = existsSync(reportsDir)
    ? readdirSync(reportsDir).filter((name) => existsSync(join(reportsDir, name, "events.jsonl")))
    : [];
  const runs = folders.toSorted().flatMap((dir): readonly IndexEntry[] => {
    try {
      return [{ dir, record: summaryOf(readRecord(join(reportsDir, dir))) }];
    } catch (error) {
      problems.push(`${dir}: ${errorLine(error)}`);
      return [];
    }
  });
  const ledger = readLedger(reportsDir);
  if (ledger.problem !== null) problems.push(ledger.problem);
  return { runs, attempts: attemptsOf(ledger.entries), problems };
}

/** Writes index.html and gives its path. */
export function writeIndex(reportsDir: string, built: BuiltIndex): string {
  const file = join(reportsDir, "index.html");
  writeFileAtomic(file, indexText(built), 0o644);
  return file;
}

/** The index page. */
export function indexText(built: BuiltIndex): string {
  const generatedFrom = `${built.runs.length} folders and ${built.attempts.length} attempts in the ledger`;
  return renderIndex(built.runs, { generatedFrom, attempts: built.attempts, problems: built.problems });
}

/** run.json when it is there and whole; else the journal, folded: a killed run has no run.json. */
function readRecord(dir: string): RunRecord {
  const file = join(dir, "run.json");
  const value = existsSync(file) ? parseJson(readFileSync(file, "utf8")) : undefined;
  return isObject(value) && value["schema"] === "firedrill.dev/run/v1" ? (value as unknown as RunRecord) : recordOf(dir);
}

/** What the index shows of a run; the rest need not be kept in memory for many of them. */
function summaryOf({ run, startedAt, durationMs, outcome, leftBroken, complete, verdict, objectives }: RunRecord): IndexEntry["record"] {
  return { run, startedAt, durationMs, outcome, leftBroken, complete, verdict, objectives };
}
