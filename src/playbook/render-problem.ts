import type { Problem } from "../core/playbook.ts";
import { codeFrame, printable } from "../util/code-frame.ts";

/** `file:line:col: message [code]`, the line with a caret, and what to do; an empty line between two. `sources`: file to text. */
export function renderProblems(problems: readonly Problem[], sources: ReadonlyMap<string, string>, color: boolean): string {
  return problems.map((problem) => renderProblem(problem, sources.get(problem.file), color)).join("\n");
}

/** One problem, as lines that end in a newline. `text` is the file's; undefined leaves the frame out. */
export function renderProblem(problem: Problem, text: string | undefined, color: boolean): string {
  const paint = (style: number, shown: string): string => (color ? `\u001b[${style}m${shown}\u001b[0m` : shown);
  const source = problem.code === "unreadable" ? undefined : text;
  // A problem of an unreadable file or of --set has no line worth naming.
  const place = source === undefined ? problem.file : `${problem.file}:${problem.line}:${problem.column}`;
  const head = `${paint(1, printable(place))}: ${printable(problem.message)} ${paint(2, `[${problem.code}]`)}`;
  const frame = source === undefined ? undefined : codeFrame(source.replace(/^\ufeff/, ""), problem);
  const lines = [head];
  if (frame !== undefined) lines.push(...frame.split("\n").map((line, index) => `  ${index === 1 ? caret(line, paint) : line}`));
  if (problem.hint !== null) lines.push(`  ${paint(36, "hint:")} ${printable(problem.hint)}`);
  return `${lines.join("\n")}\n`;
}

function caret(line: string, paint: (style: number, shown: string) => string): string {
  return line.replace(/\^+/, (carets) => paint(31, carets));
}

/** Problems for machines: an array of Problem, one JSON document. */
export function problemsJson(problems: readonly Problem[], files: readonly { readonly file: string; readonly ok: boolean }[]): string {
  return `${JSON.stringify({ schema: "firedrill.dev/validation/v1", ok: problems.length === 0, files, problems }, null, 2)}\n`;
}
