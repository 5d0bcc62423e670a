// The sample reports are what today's code makes of their journals. Stale? npx firedrill report render reports/samples/*/
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { recordOf, renderAs } from "../src/cli/reports.ts";
import { buildIndex, indexText } from "../src/cli/reports-index.ts";
import { readJournal } from "../src/runner/journal.ts";
import { readLedger } from "../src/runner/ledger.ts";

const samples = fileURLToPath(new URL("../reports/samples/", import.meta.url));
const runs = readdirSync(samples, { withFileTypes: true }).filter((entry) => entry.isDirectory());

test.each(runs.map(({ name }) => name))("%s: the chain holds, and every derived file is byte-identical when made anew", (name) => {
  const dir = join(samples, name);
  const read = readJournal(join(dir, "events.jsonl"));
  expect([read.problem, read.sealed]).toEqual([null, true]);
  const record = recordOf(dir);
  for (const [file, format] of [
    ["run.json", "json"],
    ["report.html", "html"],
    ["report.md", "md"],
    ["junit.xml", "junit"],
  ] as const) {
    expect(renderAs(record, format) === readFileSync(join(dir, file), "utf8"), `${file} is stale`).toBe(true);
  }
});

test("the samples' ledger holds, and their index is current", () => {
  expect(runs.length).toBeGreaterThan(0);
  const ledger = readLedger(samples);
  expect([ledger.problem, ledger.entries.length]).toEqual([null, runs.length * 2]);
  expect(indexText(buildIndex(samples)) === readFileSync(join(samples, "index.html"), "utf8"), "index.html is stale").toBe(true);
});
