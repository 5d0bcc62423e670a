import { describe, expect, test } from "vitest";
import { failedRecord, hostileRecord, leftBrokenRecord, passedRecord } from "../../test/fixtures/record.ts";
import { all, type Element, parseMarkup, textOf } from "../../test/support/markup-check.ts";
import type { RunRecord } from "../core/record.ts";
import { attemptsOf, type IndexAttempt, type IndexEntry, nextDue } from "./index-attempts.ts";
import { renderIndex } from "./index-page.ts";

function entry(record: RunRecord, run: string, startedAt: string): IndexEntry {
  return { dir: `etcd-leader-crash/${run}`, record: { ...record, run: { ...record.run, run }, startedAt } };
}

const RUNS: readonly IndexEntry[] = [
  entry(passedRecord(), "r1", "2026-02-01T09:00:00.000Z"),
  entry(passedRecord(), "r2", "2026-05-31T09:00:00.000Z"),
  entry(failedRecord(), "r4", "2026-08-21T09:00:00.000Z"),
];
const REFUSED: IndexAttempt = {
  run: "r3",
  playbook: "etcd-leader-crash",
  target: "orders",
  operator: "ana",
  openedAt: "2026-08-01T09:00:00.000Z",
  outcome: "refused",
  detail: "quorum would be lost",
};

function index(runs: readonly IndexEntry[], attempts: readonly IndexAttempt[] = []): Element {
  return parseMarkup(renderIndex(runs, { generatedFrom: "test", attempts }), true);
}

test("lists every attempt, newest first, those without a folder too", () => {
  const rows = all(index(RUNS, [REFUSED]), "tr")
    .slice(1)
    .map(textOf);
  expect(rows).toHaveLength(4);
  expect(rows[0]).toContain("failed");
  expect(rows[1]).toContain("quorum would be lost");
  expect(rows[1]).toContain("no folder");
});

test("an attempt that has a folder is not listed twice", () => {
  expect(all(index(RUNS, [{ ...REFUSED, run: "r4" }]), "tr")).toHaveLength(4);
});

test("says when it passed last, how often it was tried since, and when it is due again", () => {
  const text = textOf(index(RUNS, [REFUSED]));
  expect(text).toContain("Last pass2026-05-31 09:00:00 UTC");
  expect(text).toContain("Attempts since the last pass2");
  expect(text).toContain("Due again by2026-08-31");
});

test("draws each run of a timed objective with its own value, and says it in words", () => {
  const svg = all(index(RUNS, [REFUSED]), "svg");
  expect(svg).toHaveLength(1);
  expect(all(svg[0] as Element, "circle")).toHaveLength(3);
  expect(textOf(all(svg[0] as Element, "desc")[0] as Element)).toBe("4 runs, 3 with a value, 1 missed; worst 20.9 s, limit 5 s.");
});

test("a changed playbook breaks the line", () => {
  const changed = entry(
    passedRecord({ run: { ...passedRecord().run, playbook: { ...passedRecord().run.playbook, sha256: "other" } } }),
    "r5",
    "2026-09-01T09:00:00.000Z",
  );
  const lines = (root: Element): number => all(root, "line").filter((line) => line.attributes["class"] === "mark-line").length;
  expect(lines(index(RUNS))).toBe(0);
  expect(lines(index([...RUNS, changed], [REFUSED]))).toBe(1);
});

test("names runs that were left broken", () => {
  expect(textOf(index([entry(leftBrokenRecord(), "r9", "2026-08-21T09:00:00.000Z")]))).toContain("Left broken");
});

test("links stay below the index whatever the folder is called", () => {
  const link = (dir: string): string | undefined => all(index([{ dir, record: passedRecord() }]), "a")[0]?.attributes["href"];
  expect(link("a/r 1#x")).toBe("a/r%201%23x/report.html");
  expect(link("../../etc")).toBe("etc/report.html");
  expect(link("javascript:alert(1)")).toBe("javascript%3Aalert(1)/report.html");
  expect(link("//evil.example")).toBe("evil.example/report.html");
});

test("without runs it is a page that says so", () => {
  expect(textOf(index([]))).toContain("No drill has been tried yet.");
});

test("hostile names are only text, and the bytes are the same twice", () => {
  const record = hostileRecord(`<script>x</script>"'\u202e`);
  const html = renderIndex([{ dir: "x", record }], { generatedFrom: "<b>" });
  expect(all(parseMarkup(html, true), "script")).toEqual([]);
  expect(renderIndex([{ dir: "x", record }], { generatedFrom: "<b>" })).toBe(html);
});

test("the ledger's lines pair up; an attempt never closed has no outcome", () => {
  const line = { playbook: "p", target: "t", operator: "o", detail: null, outcome: null };
  const attempts = attemptsOf([
    { ...line, ts: "1", event: "opened", run: "a" },
    { ...line, ts: "2", event: "opened", run: "b" },
    { ...line, ts: "3", event: "closed", run: "a", outcome: "aborted", detail: "SIGINT" },
  ]);
  expect(attempts.map((attempt) => [attempt.run, attempt.openedAt, attempt.outcome, attempt.detail])).toEqual([
    ["a", "1", "aborted", "SIGINT"],
    ["b", "2", null, null],
  ]);
});

describe("next due", () => {
  test.each([
    ["2026-11-30T00:00:00Z", "quarterly", "2027-02-28"],
    ["2027-11-30T00:00:00Z", "Quarterly", "2028-02-29"],
    ["2026-12-31T00:00:00Z", "monthly", "2027-01-31"],
    ["2026-12-28T00:00:00Z", "weekly", "2027-01-04"],
    ["2026-02-28T00:00:00Z", "daily", "2026-03-01"],
    ["2026-06-15T00:00:00Z", "yearly", "2027-06-15"],
    ["2026-06-15T00:00:00Z", "sometimes", null],
    ["2026-06-15T00:00:00Z", null, null],
    ["yesterday", "daily", null],
  ])("%s %s: %s", (pass, cadence, due) => {
    expect(nextDue(pass, cadence)).toBe(due);
  });
});
