import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { EventBody } from "../core/event.ts";
import { monoMs } from "../util/clock.ts";
import { CHAIN_START, continueJournal, createJournal, readJournal } from "./journal.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "fd-journal-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const note = (text: string): EventBody => ({ type: "note", data: { kind: "evidence", text } });

function written(): string {
  const file = join(dir, "events.jsonl");
  const journal = createJournal(file, monoMs(), () => undefined);
  journal.append(note("one"));
  journal.append(note("two"));
  journal.append({ type: "run.sealed", data: { events: 2 } });
  journal.close();
  return file;
}

test("a journal reads back whole, sealed, in order, and starts its chain at zero", () => {
  const read = readJournal(written());
  expect(read.problem).toBeNull();
  expect(read.sealed).toBe(true);
  expect(read.events.map(({ seq, type }) => [seq, type])).toEqual([
    [0, "note"],
    [1, "note"],
    [2, "run.sealed"],
  ]);
  expect(read.events[0]?.prev).toBe(CHAIN_START);
});

test("an edited line is named by the line after it", () => {
  const file = written();
  writeFileSync(file, readFileSync(file, "utf8").replace("one", "eno"));
  const read = readJournal(file);
  expect(read.problem).toBe("line 2 does not follow from the line before it");
  expect(read.sealed).toBe(false);
  expect(read.events).toHaveLength(1);
});

test("a removed line breaks the chain", () => {
  const file = written();
  const lines = readFileSync(file, "utf8").split("\n");
  writeFileSync(file, [lines[0], ...lines.slice(2)].join("\n"));
  expect(readJournal(file).problem).toBe("line 2 does not follow from the line before it");
});

test("a half-written last line is left out and said; going on cuts it off and the chain holds", () => {
  const file = written();
  truncateSync(file, statSync(file).size - 5);
  const read = readJournal(file);
  expect(read.problem).toBe("line 3 is half-written");
  expect(read.events).toHaveLength(2);
  const again = continueJournal(file, monoMs(), () => undefined);
  again.append(note("three"));
  again.append({ type: "run.sealed", data: { events: 3 } });
  again.close();
  const whole = readJournal(file);
  expect([whole.problem, whole.sealed, whole.events.length]).toEqual([null, true, 4]);
});

test("lines behind the seal that do not chain are found", () => {
  const file = written();
  appendFileSync(file, `${JSON.stringify({ seq: 3, type: "note", prev: "0", data: {} })}\n`);
  expect(readJournal(file).problem).toBe("line 4 does not follow from the line before it");
});

test("what looks like a secret never reaches the file", () => {
  const file = join(dir, "events.jsonl");
  const journal = createJournal(file, monoMs(), () => undefined);
  journal.append(note("url https://admin:hunter2@etcd:2379 password=hunter3 Authorization: Bearer abcdefg"));
  journal.append(note("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----"));
  journal.close();
  const text = readFileSync(file, "utf8");
  for (const secret of ["hunter2", "hunter3", "abcdefg", "MHcCAQEE"]) expect(text).not.toContain(secret);
  expect(readJournal(file).problem).toBeNull();
});
