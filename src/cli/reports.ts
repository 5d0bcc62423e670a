// Writes a run's derived files beside its journal. All of them can be rebuilt from events.jsonl and are byte-identical when they are.
import { join } from "node:path";
import { FiredrillError } from "../core/errors.ts";
import type { RunRecord } from "../core/record.ts";
import { foldRun } from "../measure/fold.ts";
import { renderHtml } from "../report/html.ts";
import { renderJunit } from "../report/junit.ts";
import { renderMarkdown } from "../report/markdown.ts";
import { readJournal } from "../runner/journal.ts";
import { writeFileAtomic } from "../util/atomic-file.ts";

/** Reports may be read by others than who ran the drill. */
const REPORT_MODE = 0o644;
/** run.json first: everything else is derived from it. */
const FILES = { "run.json": "json", "report.html": "html", "report.md": "md", "junit.xml": "junit" } as const;

/** Folds the journal in a run's folder to its record. Throws RUN_UNKNOWN when there is none. */
export function recordOf(dir: string): RunRecord {
  const read = readJournal(join(dir, "events.jsonl"));
  return foldRun(read.events, { head: read.head, problem: read.problem });
}

/** One format of a record: html, md, junit or json. */
export function renderAs(record: RunRecord, format: string): string {
  switch (format) {
    case "html":
      return renderHtml(record, {});
    case "md":
      return renderMarkdown(record);
    case "junit":
      return renderJunit(record);
    case "json":
      return `${JSON.stringify(record, null, 1)}\n`;
    default:
      throw new FiredrillError("USAGE", `there is no format "${format}"`, { hint: "use html, md, junit or json" });
  }
}

/** Writes run.json, report.html, report.md and junit.xml into a run's folder. */
export function writeReports(dir: string): RunRecord {
  const record = recordOf(dir);
  for (const [name, format] of Object.entries(FILES)) writeFileAtomic(join(dir, name), renderAs(record, format), REPORT_MODE);
  return record;
}
