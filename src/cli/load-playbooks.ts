import type { Playbook, Registry } from "../core/playbook.ts";
import type { Io } from "./io.ts";

/** Reads and checks every playbook named; prints all problems of all of them and gives null when there is any. */
export async function loadPlaybooks(
  io: Io,
  paths: readonly string[],
  registry: Registry,
  set: Readonly<Record<string, string>>,
  json: boolean,
): Promise<readonly Playbook[] | null> {
  const [{ readPlaybooks }, { parsePlaybook }, { renderProblems }] = await Promise.all([
    import("../playbook/read.ts"),
    import("../playbook/parse.ts"),
    import("../playbook/render-problem.ts"),
  ]);
  const read = await readPlaybooks(paths, { cwd: io.cwd, stdin: io.stdin }, io.interrupted);
  const problems = [...read.problems];
  const sources = new Map<string, string>();
  const playbooks: Playbook[] = [];
  for (const { file, text } of read.files) {
    sources.set(file, text);
    const parsed = parsePlaybook(text, file, registry, { set });
    if ("problems" in parsed) problems.push(...parsed.problems);
    else playbooks.push(parsed.playbook);
  }
  if (problems.length === 0) return playbooks;
  if (json) io.stdout.write(problems.map((problem) => `${JSON.stringify({ type: "problem", ...problem })}\n`).join(""));
  else io.stderr.write(renderProblems(problems, sources, io.color));
  return null;
}
