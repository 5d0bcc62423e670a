// reports/ledger.jsonl: two chained lines for every attempt, one before it starts and one when it ends. Refused and aborted ones too:
// a list that only holds successes tells nobody anything.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FiredrillError } from "../core/errors.ts";
import type { Outcome } from "../core/outcome.ts";
import { wallNow } from "../util/clock.ts";
import { sha256 } from "../util/digest.ts";
import { isObject, parseJson } from "../util/json.ts";
import { withFileLock } from "./file-lock.ts";
import { CHAIN_START } from "./journal.ts";

export interface LedgerEntry {
  readonly seq: number;
  readonly ts: string;
  readonly event: "opened" | "closed";
  readonly run: string;
  readonly playbook: string;
  readonly target: string;
  readonly operator: string;
  /** Only of closed ones. */
  readonly outcome: Outcome | null;
  readonly exitCode: number | null;
  readonly detail: string | null;
  /** Digest of the run's last journal line, when it has a journal. */
  readonly journalHead: string | null;
  readonly prev: string;
}

export type LedgerInput = Omit<LedgerEntry, "seq" | "ts" | "prev">;

export interface LedgerRead {
  readonly entries: readonly LedgerEntry[];
  readonly head: string;
  readonly problem: string | null;
}

/** Appends one line to `<reports>/ledger.jsonl`; several runners may do so at once. Returns the new head. */
export function appendLedger(reportsDir: string, entry: LedgerInput): string {
  mkdirSync(reportsDir, { recursive: true });
  const file = join(reportsDir, "ledger.jsonl");
  return withFileLock(`${file}.lock`, () => {
    const read = readLedger(reportsDir);
    const text = JSON.stringify({ seq: read.entries.length, ts: wallNow().toISOString(), ...entry, prev: read.head } satisfies LedgerEntry);
    try {
      appendFileSync(file, `${text}\n`, { mode: 0o600, flush: true });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new FiredrillError("JOURNAL_UNWRITABLE", `the ledger "${file}" cannot be written: ${why}`, {
        hint: "free some space or choose another folder with --reports",
        cause: error,
      });
    }
    return sha256(text);
  });
}

/** Reads the ledger and checks its chain; a missing one is empty. A damaged tail is named in `problem` and not returned. */
export function readLedger(reportsDir: string): LedgerRead {
  const file = join(reportsDir, "ledger.jsonl");
  if (!existsSync(file)) return { entries: [], head: CHAIN_START, problem: null };
  const entries: LedgerEntry[] = [];
  let head = CHAIN_START;
  for (const [index, line] of readFileSync(file, "utf8").split("\n").entries()) {
    if (line === "") continue;
    const value = parseJson(line);
    if (!isObject(value) || value["prev"] !== head || value["seq"] !== entries.length) {
      return { entries, head, problem: `ledger line ${index + 1} does not follow from the line before it` };
    }
    entries.push(value as unknown as LedgerEntry);
    head = sha256(line);
  }
  return { entries, head, problem: null };
}
