import { EXIT } from "../../core/outcome.ts";
import type { Problem } from "../../core/playbook.ts";
import { type CommandHelp, parseOptions, SET_OPTION } from "../command.ts";
import { type Io, paint } from "../io.ts";
import { setFlags } from "../parse-flags.ts";
import { loadRegistry } from "../registry.ts";

export const help: CommandHelp = {
  name: "validate",
  summary: "check playbooks and list every problem with its place",
  usage: "[FILE|FOLDER|PATTERN|-]... [options]",
  details: "Reads nothing but the files: no cluster, no secrets, no network. Without arguments, the folder playbooks/.",
  options: [SET_OPTION, { flag: "json", description: "print one JSON document with the files and the problems" }],
  examples: [
    { line: "firedrill validate playbooks", what: "checks every playbook in the folder" },
    { line: "firedrill validate leader-crash.yaml --set hold=5s", what: "checks one, with a parameter as a run would have it" },
  ],
  exitCodes: [
    [0, "no problems"],
    [2, "at least one problem, or nothing to check"],
  ],
};

/** Prints `ok  file` for each good playbook, every problem of the others, and a count. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = parseOptions(help, args);
  const set = setFlags(options);
  const names = options.positionals.length === 0 ? ["playbooks"] : options.positionals;
  const [{ readPlaybooks }, { parsePlaybook }, { problemsJson, renderProblems }, registry] = await Promise.all([
    import("../../playbook/read.ts"),
    import("../../playbook/parse.ts"),
    import("../../playbook/render-problem.ts"),
    loadRegistry(),
  ]);
  const read = await readPlaybooks(names, { cwd: io.cwd, stdin: io.stdin }, io.interrupted);
  const problems: Problem[] = [...read.problems];
  const files: { readonly file: string; readonly ok: boolean }[] = read.problems.map(({ file }) => ({ file, ok: false }));
  for (const { file, text } of read.files) {
    const parsed = parsePlaybook(text, file, registry, { set });
    if ("problems" in parsed) problems.push(...parsed.problems);
    files.push({ file, ok: "playbook" in parsed });
  }
  const exit = problems.length === 0 ? EXIT.passed : EXIT.usage;
  if (options.on("json")) {
    io.stdout.write(problemsJson(problems, files));
    return exit;
  }
  for (const { file, ok } of files) if (ok) io.stdout.write(`${paint(io, "green", "ok")}  ${file}\n`);
  if (problems.length > 0)
    io.stderr.write(`${renderProblems(problems, new Map(read.files.map(({ file, text }) => [file, text])), io.color)}\n`);
  const bad = files.filter(({ ok }) => !ok).length;
  const count = `${files.length} ${files.length === 1 ? "playbook" : "playbooks"}`;
  io.stdout.write(
    bad === 0 ? `${count}, no problems\n` : `${count}, ${bad} with ${problems.length} ${problems.length === 1 ? "problem" : "problems"}\n`,
  );
  return exit;
}
