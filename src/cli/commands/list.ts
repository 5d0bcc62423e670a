import { EXIT } from "../../core/outcome.ts";
import { type CommandHelp, parseOptions } from "../command.ts";
import type { Io } from "../io.ts";
import { expectPositionals } from "../parse-flags.ts";
import { loadRegistry } from "../registry.ts";

export const help: CommandHelp = {
  name: "list",
  summary: "list playbooks, drills, assertions, probes or targets",
  usage: "[FOLDER | drills | assertions | probes | targets]",
  details: "Without an argument, the playbooks in the folder playbooks/. A folder named like a word above is ./drills.",
  options: [{ flag: "json", description: "print a JSON array" }],
  examples: [
    { line: "firedrill list", what: "the playbooks in playbooks/, with title and cadence" },
    { line: "firedrill list drills", what: "every drill, with what it breaks" },
  ],
  exitCodes: [
    [0, "listed"],
    [2, "no such folder"],
  ],
};

type Row = Readonly<Record<string, string>>;

/** Kinds of target there are, and what each is. */
const TARGETS: readonly Row[] = [
  { id: "local", title: "etcd members as processes on this machine, thrown away after the run" },
  { id: "local:NAME", title: "one started with `firedrill up --name NAME`; `firedrill status` shows those that are up" },
];

/** Prints aligned columns, or JSON. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = parseOptions(help, args);
  expectPositionals(help, options, 0, 1);
  const what = options.positionals[0] ?? "playbooks";
  const listed = await rowsOf(what, io);
  if (listed === null) return EXIT.usage;
  if (options.on("json")) io.stdout.write(`${JSON.stringify(listed, null, 2)}\n`);
  else io.stdout.write(table(listed));
  return EXIT.passed;
}

async function rowsOf(what: string, io: Io): Promise<readonly Row[] | null> {
  if (what === "targets") return TARGETS;
  const registry = await loadRegistry();
  if (what === "drills") return registry.drills.map(({ id, blastRadius, title }) => ({ id, breaks: blastRadius, title }));
  if (what === "assertions") return registry.assertions.map(({ id, title }) => ({ id, title }));
  if (what === "probes") return registry.probes.map(({ id, rows, title }) => ({ id, rows, title }));
  const [{ readPlaybooks }, { parsePlaybook }, { renderProblems }] = await Promise.all([
    import("../../playbook/read.ts"),
    import("../../playbook/parse.ts"),
    import("../../playbook/render-problem.ts"),
  ]);
  const read = await readPlaybooks([what], { cwd: io.cwd, stdin: io.stdin }, io.interrupted);
  if (read.problems.length > 0) io.stderr.write(renderProblems(read.problems, new Map(), io.color));
  if (read.files.length === 0) return null;
  return read.files.map(({ file, text }): Row => {
    const parsed = parsePlaybook(text, file, registry, { set: {} });
    if ("problems" in parsed)
      return {
        file,
        cadence: "",
        title: `has ${parsed.problems.length} ${parsed.problems.length === 1 ? "problem" : "problems"}; run \`firedrill validate ${file}\``,
      };
    return { file, cadence: parsed.playbook.cadence ?? "", title: parsed.playbook.title };
  });
}

function table(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const widths = columns.map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: Row): string => columns.map((column, index) => (row[column] ?? "").padEnd((widths[index] ?? 0) + 2)).join("");
  return rows.map((row) => `${line(row).trimEnd()}\n`).join("");
}
