import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { appendLedger, type LedgerInput, readLedger } from "./ledger.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "fd-ledger-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const line = (run: string, event: "opened" | "closed"): LedgerInput => ({
  event,
  run,
  playbook: "p",
  target: "local:x",
  operator: "me",
  outcome: event === "closed" ? "passed" : null,
  exitCode: event === "closed" ? 0 : null,
  detail: null,
  journalHead: null,
});

test("attempts chain, and the head moves with each", () => {
  const first = appendLedger(dir, line("a", "opened"));
  const second = appendLedger(dir, line("a", "closed"));
  const read = readLedger(dir);
  expect(read.problem).toBeNull();
  expect(read.head).toBe(second);
  expect(read.entries[1]?.prev).toBe(first);
});

test("a removed attempt is found", () => {
  for (const run of ["a", "b", "c"]) appendLedger(dir, line(run, "opened"));
  const file = join(dir, "ledger.jsonl");
  const lines = readFileSync(file, "utf8").split("\n");
  writeFileSync(file, [lines[0], lines[2], ""].join("\n"));
  expect(readLedger(dir).problem).toBe("ledger line 2 does not follow from the line before it");
});

test("no ledger is an empty one", () => {
  expect(readLedger(join(dir, "nowhere"))).toMatchObject({ entries: [], problem: null });
});
