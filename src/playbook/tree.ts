// YAML text to a tree of plain values in which every value and key knows its offsets. Linear in the text, whatever the text is.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from "yaml";
import type { Path } from "./problem.ts";
import { type Span, syntaxProblems, type TextProblem } from "./yaml-problem.ts";

/** Deeper than any playbook; shallower than any stack. */
const MAX_DEPTH = 64;
/** Values after aliases are expanded. A large playbook has a few hundred. */
const MAX_VALUES = 20_000;

export type Tree = { readonly span: Span; readonly weight: number } & (
  | { readonly kind: "scalar"; readonly value: string | number | boolean | null }
  | { readonly kind: "list"; readonly items: readonly Tree[] }
  | { readonly kind: "map"; readonly entries: ReadonlyMap<string, { readonly key: Span; readonly value: Tree }> }
);

export interface TreeReading {
  /** Null when the text is not worth reading on. */
  readonly tree: Tree | null;
  readonly lines: LineCounter;
  readonly problems: readonly TextProblem[];
}

/** Reads one YAML 1.2 document. Never throws for what is in the text. */
export function readTree(text: string): TreeReading {
  const lines = new LineCounter();
  const tooDeep = nestingProblem(text);
  if (tooDeep !== null) {
    lines.addNewLine(0);
    for (let at = text.indexOf("\n"); at >= 0 && at < tooDeep.span.end; at = text.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
    return { tree: null, lines, problems: [tooDeep] };
  }
  // uniqueKeys off: yaml compares each key with every other, which takes half a minute for a file full of keys. We do it with a map.
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, version: "1.2", logLevel: "error" });
  const problems: TextProblem[] = [...syntaxProblems(doc, text, lines)];
  if (doc.directives.yaml.explicit === true && doc.directives.yaml.version !== "1.2") {
    const hint = "remove the %YAML line: a playbook is YAML 1.2, in which yes and no are text";
    problems.push({ code: "yaml-syntax", message: `YAML ${doc.directives.yaml.version} is not read`, hint, span: { start: 0, end: 5 } });
  }
  if (problems.length > 0) return { tree: null, lines, problems };
  if (doc.contents === null || (isScalar(doc.contents) && doc.contents.value === null)) {
    const hint = "run `firedrill init` for a playbook to start from";
    return { tree: null, lines, problems: [{ code: "empty", message: "the file holds no playbook", hint, span: { start: 0, end: 0 } }] };
  }
  const tree = growTree(doc.contents, text, problems);
  if (tree !== null && tree.weight > MAX_VALUES) {
    const message = `the playbook has more than ${MAX_VALUES} values once aliases are expanded`;
    const hint = "write it without nested aliases, as several playbooks";
    return { tree: null, lines, problems: [{ code: "too-large", message, hint, span: { start: 0, end: 0 } }] };
  }
  return { tree, lines, problems };
}

function growTree(root: ParsedNode, text: string, problems: TextProblem[]): Tree | null {
  const anchors = new Map<string, Tree | "open">();
  const nothing = (span: Span): Tree => ({ kind: "scalar", value: null, span, weight: 1 });
  const grow = (node: ParsedNode | null, depth: number, fallback: Span): Tree => {
    if (node === null) return nothing(fallback);
    const span = spanOf(node);
    if (depth > MAX_DEPTH) {
      const message = `nested deeper than ${MAX_DEPTH} levels`;
      problems.push({ code: "too-large", message, hint: "no playbook needs this depth; check the indentation", span });
      return nothing(span);
    }
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined && target !== "open") return target;
      const message = target === "open" ? `"*${node.source}" contains itself` : `"*${node.source}" names no anchor above it`;
      const hint = target === "open" ? "remove the alias" : `write "&${node.source}" where the value is first given, or quote the text`;
      problems.push({ code: "bad-alias", message, hint, span });
      return nothing(span);
    }
    if (node.tag !== undefined) {
      const hint = "a playbook uses no tags: remove what begins with !";
      problems.push({ code: "yaml-syntax", message: `the tag "${node.tag}" is not read`, hint, span });
      return nothing(span);
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, "open");
    const tree = isMap<ParsedNode, ParsedNode | null>(node)
      ? growMap(node.items, span, depth)
      : isSeq<ParsedNode>(node)
        ? list(
            node.items.map((item) => grow(item, depth + 1, span)),
            span,
          )
        : { kind: "scalar" as const, value: scalarValue(node.value), span, weight: 1 };
    if (node.anchor !== undefined) anchors.set(node.anchor, tree);
    return tree;
  };
  const growMap = (pairs: readonly { readonly key: ParsedNode; readonly value: ParsedNode | null }[], span: Span, depth: number): Tree => {
    const entries = new Map<string, { readonly key: Span; readonly value: Tree }>();
    let weight = 1;
    for (const pair of pairs) {
      const key = spanOf(pair.key);
      const name = isScalar(pair.key) ? keyText(pair.key.value, pair.key.source) : null;
      const value = grow(pair.value, depth + 1, key);
      weight += value.weight;
      if (name === null) {
        const braces = text.startsWith("{", key.start);
        const hint = braces
          ? "text that begins with { needs quotes; an expression is written ${{ parameters.name }}"
          : "write the key as plain text";
        problems.push({ code: "yaml-syntax", message: "a key must be text, not a list or a map", hint, span: key });
      } else if (name === "__proto__") {
        problems.push({ code: "unknown-key", message: `"__proto__" is not a key of a playbook`, hint: "remove it", span: key });
      } else if (entries.has(name)) {
        problems.push({ code: "duplicate-key", message: `"${name}" is given twice`, hint: "keep one of the two", span: key });
      } else {
        entries.set(name, { key, value });
      }
    }
    return { kind: "map", entries, span, weight };
  };
  return grow(root, 0, { start: 0, end: 0 });
}

function list(items: readonly Tree[], span: Span): Tree {
  return { kind: "list", items, span, weight: items.reduce((sum, item) => sum + item.weight, 1) };
}

function spanOf(node: ParsedNode): Span {
  return { start: node.range[0], end: node.range[1] };
}

function scalarValue(value: unknown): string | number | boolean | null {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

function keyText(value: unknown, source: string | undefined): string | null {
  return typeof value === "string" ? value : (source ?? (value === null ? "" : null));
}

// yaml recurses by nesting and, near the end of the stack, slows to seconds; brackets and dashes are cheap to count beforehand.
function nestingProblem(text: string): TextProblem | null {
  let open = 0;
  let dashes = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "[" || char === "{") open++;
    else if (char === "]" || char === "}") open--;
    dashes = char === "-" || char === "?" ? dashes + 1 : char === " " ? dashes : 0;
    if (open <= 4 * MAX_DEPTH && (dashes <= 4 * MAX_DEPTH || text[at - 1] !== " ")) continue;
    const hint = "no playbook needs this depth; check the brackets";
    return { code: "too-large", message: `nested deeper than ${MAX_DEPTH} levels`, hint, span: { start: at, end: at + 1 } };
  }
  return null;
}

/** The tree at a path; undefined when there is nothing. */
export function treeAt(tree: Tree, path: Path): Tree | undefined {
  let here: Tree | undefined = tree;
  for (const part of path) {
    if (here?.kind === "map") here = here.entries.get(String(part))?.value;
    else if (here?.kind === "list" && typeof part === "number") here = here.items[part];
    else return undefined;
  }
  return here;
}
