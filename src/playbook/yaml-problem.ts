// yaml says what is wrong with a text; this says it to a person, once.
import { type Document, type LineCounter, visit, type YAMLParseError, type YAMLWarning } from "yaml";
import type { Finding } from "./problem.ts";

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A problem of the text itself, by offset. */
export interface TextProblem extends Pick<Finding, "code" | "message" | "hint"> {
  readonly span: Span;
}

type SyntaxError_ = Pick<YAMLParseError | YAMLWarning, "code" | "message" | "pos">;

/** After these the parser no longer knows where it is, and what it says next follows from that. */
const DERAILED: ReadonlySet<string> = new Set(["UNEXPECTED_TOKEN", "MISSING_CHAR", "RESOURCE_EXHAUSTION"]);

/** What yaml found wrong with the text, in our words. */
export function syntaxProblems(doc: Document.Parsed, text: string, lines: LineCounter): readonly TextProblem[] {
  return worthSaying([...doc.errors, ...doc.warnings], lines).map((error) => syntaxProblem(error, text, doc));
}

// One slip makes yaml report several errors: the first of each line says it, up to the one that threw the parser off.
function worthSaying(errors: readonly SyntaxError_[], lines: LineCounter): readonly SyntaxError_[] {
  const byLine = new Map<number, SyntaxError_>();
  for (const error of errors.toSorted((a, b) => a.pos[0] - b.pos[0])) {
    const { line } = lines.linePos(error.pos[0]);
    if (!byLine.has(line)) byLine.set(line, error);
    if (DERAILED.has(error.code)) break;
  }
  return [...byLine.values()];
}

function syntaxProblem(error: SyntaxError_, text: string, doc: Document.Parsed): TextProblem {
  const start = pastIndent(text, error.pos[0]);
  const span = { start, end: Math.max(error.pos[1], start + 1) };
  const message = `${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`;
  // A set of names that is not ours to close: yaml adds codes, and the default speaks for all of them.
  const code: string = error.code;
  switch (code) {
    case "MULTIPLE_DOCS": {
      const hint = "put each playbook in a file of its own";
      return { code: "several-documents", message: "the file holds more than one document", hint, span };
    }
    case "TAB_AS_INDENT":
      return { code: "yaml-syntax", message: "a tab cannot indent YAML", hint: "indent with spaces", span };
    case "TAG_RESOLVE_FAILED":
      return { code: "yaml-syntax", message, hint: "a playbook uses no tags: remove the one that begins with !", span };
    case "RESOURCE_EXHAUSTION":
      return { code: "too-large", message: "nested too deep to read", hint: "no playbook needs this depth; check the indentation", span };
    case "BLOCK_AS_IMPLICIT_KEY": {
      const hint = 'text that holds ": " needs quotes; otherwise check the indentation';
      return { code: "yaml-syntax", message: "a map cannot begin in the middle of a line", hint, span };
    }
    case "MISSING_CHAR":
      if (message.includes("quote")) {
        return {
          code: "yaml-syntax",
          message: "a quote is opened and not closed",
          hint: "close it, or leave the quote out",
          span: openQuote(doc) ?? span,
        };
      }
      return { code: "yaml-syntax", message, hint: "check the indentation, and that each key is followed by a colon", span };
    case "BAD_SCALAR_START":
      return { code: "yaml-syntax", message, hint: "put the value in quotes", span };
    default:
      if (isBareExpression(text, span)) {
        const hint = 'write "${{ parameters.name }}", with the quotes';
        return { code: "yaml-syntax", message: "inside { } or [ ] an expression needs quotes", hint, span };
      }
      return { code: "yaml-syntax", message, hint: "check the indentation, quotes and brackets here", span };
  }
}

// yaml points at the end of the file; the quote that swallowed it is the last quoted text there is.
function openQuote(doc: Document.Parsed): Span | undefined {
  let start: number | undefined;
  visit(doc, {
    Scalar: (_key, node) => {
      if ((node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE") && node.range) start = Math.max(start ?? 0, node.range[0]);
    },
  });
  return start === undefined ? undefined : { start, end: start + 1 };
}

// An error in the blanks before a line's text is shown at the text.
function pastIndent(text: string, offset: number): number {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  if (text.slice(lineStart, offset).trim() !== "") return offset;
  const blanks = /^ */.exec(text.slice(offset, offset + 1000))?.[0].length ?? 0;
  return offset + blanks < text.length ? offset + blanks : offset;
}

// In a flow collection `${{ x }}` is a `$` and two maps, which YAML finds unexpected.
function isBareExpression(text: string, span: Span): boolean {
  const lineEnd = text.indexOf("\n", span.start);
  const line = text.slice(text.lastIndexOf("\n", span.start - 1) + 1, lineEnd < 0 ? text.length : lineEnd).slice(0, 1000);
  return /[[{,:]\s*\$\{\{/.test(line.replace(/^[^:]*:\s*/, ""));
}
