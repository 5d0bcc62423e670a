import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { FiredrillError } from "../../core/errors.ts";
import { EXIT } from "../../core/outcome.ts";
import { type CommandHelp, parseOptions } from "../command.ts";
import type { Io } from "../io.ts";
import { reportsDirOf } from "../run-many.ts";

export const help: CommandHelp = {
  name: "report",
  summary: "render reports anew, or an index over many runs",
  usage: "[options] render RUN…  |  report [options] index [DIR]",
  details:
    "render: writes run.json, report.html, report.md and junit.xml of a run's folder anew from its events.jsonl; the same journal gives the same\n" +
    "bytes. Works for a run that was killed too: its report is marked incomplete. index: one page over every run in a reports folder, with the\n" +
    "attempts of the ledger that left no run behind.",
  options: [
    { flag: "reports", value: "DIR", description: "where reports are", default: "reports, or FIREDRILL_REPORTS" },
    { flag: "format", value: "FORMAT", description: "with render of one run: print html, md, junit or json instead of writing files" },
    { flag: "json", description: "with index: print JSON" },
  ],
  examples: [
    { line: "firedrill report render reports/20261121T090000Z-leader-crash-7f3a9c", what: "write the files of one run anew" },
    { line: "firedrill report index", what: "write reports/index.html" },
  ],
  exitCodes: [
    [0, "written"],
    [2, "no such run"],
  ],
};

export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = parseOptions(help, args);
  const [verb, ...rest] = options.positionals;
  const reportsDir = reportsDirOf(io, options.text("reports"));
  if (verb === "render") return render(io, rest, reportsDir, options.text("format"));
  if (verb === "index") return index(io, rest[0] === undefined ? reportsDir : resolve(io.cwd, rest[0]), options.on("json"));
  throw new FiredrillError("USAGE", verb === undefined ? "firedrill report: render or index?" : `firedrill report has no "${verb}"`, {
    hint: "see: firedrill report --help",
  });
}

/** A run's folder from its path, its id, or the end of its id. */
function folderOf(io: Io, run: string, reportsDir: string): string {
  const path = resolve(io.cwd, run);
  if (existsSync(join(path, "events.jsonl"))) return path;
  const names = existsSync(reportsDir) ? readdirSync(reportsDir).filter((name) => name === run || name.endsWith(`-${run}`)) : [];
  const [name] = names;
  if (name !== undefined && names.length === 1) return join(reportsDir, name);
  throw new FiredrillError("RUN_UNKNOWN", `no run "${run}"`, {
    hint: `name a folder with an events.jsonl, such as those in ${relative(io.cwd, reportsDir) || "."}`,
  });
}

async function render(io: Io, runs: readonly string[], reportsDir: string, format: string | undefined): Promise<number> {
  if (runs.length === 0) throw new FiredrillError("USAGE", "firedrill report render: which run?", { hint: "name its folder" });
  const { recordOf, renderAs, writeReports } = await import("../reports.ts");
  if (format !== undefined) {
    if (runs.length !== 1) throw new FiredrillError("USAGE", "--format prints one run", { hint: "name one folder" });
    io.stdout.write(renderAs(recordOf(folderOf(io, runs[0] ?? "", reportsDir)), format));
    return EXIT.passed;
  }
  for (const run of runs) {
    const dir = folderOf(io, run, reportsDir);
    const record = writeReports(dir);
    io.stdout.write(`${relative(io.cwd, dir) || "."}/report.html: ${record.verdict}\n`);
  }
  return EXIT.passed;
}

async function index(io: Io, reportsDir: string, json: boolean): Promise<number> {
  const { buildIndex, writeIndex } = await import("../reports-index.ts");
  const built = buildIndex(reportsDir);
  if (json) {
    io.stdout.write(`${JSON.stringify(built)}\n`);
    return EXIT.passed;
  }
  const file = writeIndex(reportsDir, built);
  io.stdout.write(`${relative(io.cwd, file)}: ${built.runs.length} runs, ${built.attempts.length} attempts in the ledger\n`);
  for (const problem of built.problems) io.stdout.write(`not read: ${problem}\n`);
  return EXIT.passed;
}
