import type { LineCounter } from "yaml";
import type { Problem } from "../core/playbook.ts";
import type { Finding, Path } from "./problem.ts";
import { type Tree, treeAt } from "./tree.ts";
import type { Span } from "./yaml-problem.ts";

/** Where a finding stands in the text: its value, its key, or, for something missing, the entry it is missing from. */
export function spanOfFinding(tree: Tree, finding: Finding, text: string): Span {
  const path = finding.path;
  if (finding.at === "key") return keySpan(tree, path) ?? nearest(tree, path);
  if (finding.at === "entry") return entrySpan(tree, path.slice(0, -1));
  const span = nearest(tree, path);
  if (finding.part === undefined) return span;
  const at = text.slice(span.start, span.end).indexOf(finding.part);
  return at < 0 ? span : { start: span.start + at, end: span.start + at + finding.part.length };
}

/** A problem on one line: a span that goes on is cut at the end of its first line. */
export function problemAt(
  span: Span,
  found: Pick<Finding, "code" | "message" | "hint">,
  file: string,
  text: string,
  lines: LineCounter,
): Problem {
  const from = lines.linePos(Math.min(span.start, text.length));
  const newline = text.indexOf("\n", span.start);
  const lineEnd = newline < 0 ? text.length : text[newline - 1] === "\r" ? newline - 1 : newline;
  const end = Math.max(span.start, Math.min(span.end, lineEnd));
  const line = Math.max(1, from.line);
  const column = Math.max(1, from.col);
  const endColumn = Math.max(column + 1, column + end - span.start);
  return { file, line, column, endColumn, code: found.code, message: found.message, hint: found.hint ?? null };
}

function nearest(tree: Tree, path: Path): Span {
  for (let length = path.length; length > 0; length--) {
    const found = treeAt(tree, path.slice(0, length));
    // A value that is not written (`with:` and nothing after it) is shown at its key.
    if (found !== undefined) return found.span.end > found.span.start ? found.span : (keySpan(tree, path.slice(0, length)) ?? found.span);
  }
  return tree.span;
}

function keySpan(tree: Tree, path: Path): Span | undefined {
  const parent = treeAt(tree, path.slice(0, -1));
  return parent?.kind === "map" ? parent.entries.get(String(path.at(-1)))?.key : undefined;
}

function entrySpan(tree: Tree, path: Path): Span {
  return keySpan(tree, path) ?? nearest(tree, path);
}
