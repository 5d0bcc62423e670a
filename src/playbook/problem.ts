import type { Problem } from "../core/playbook.ts";

/** Every problem a playbook can have. Documented in docs/generated/errors.md; never reused for something else. */
export const PROBLEM_CODES = {
  unreadable: "The file is missing, larger than 1 MiB, binary, or not UTF-8.",
  empty: "The file holds no YAML document.",
  "not-a-playbook": "The document is YAML, but its apiVersion or kind is another program's.",
  "yaml-syntax": "The YAML itself is wrong.",
  "several-documents": "A file holds more than one document; a playbook is one.",
  "duplicate-key": "A key is given twice in one map.",
  "bad-alias": "An alias names no anchor before it, or contains itself.",
  "too-large": "Nested too deep, or too many values once aliases are expanded.",
  "missing-key": "A required key is not there.",
  "unknown-key": "A key nobody reads; usually a typing mistake.",
  "wrong-type": "Text where a number belongs, a list where a map belongs, and so on.",
  "bad-value": "The type is right, the value is not: out of range, or not one of those allowed.",
  "unknown-drill": "No drill of that id.",
  "unknown-assertion": "No assertion of that id.",
  "unknown-probe-type": "No kind of probe of that id.",
  "step-kind": "A step of the method is not exactly one of drill, undo, hold, check.",
  "objective-kind": "An objective is not exactly one of rto, rpo, availability.",
  "duplicate-name": "Two steps, or two objectives, with one name.",
  "unknown-step": "A step is named that is not in the method.",
  "undo-order": "An undo comes before the step it undoes, names a step without a drill, or undoes it twice.",
  "unknown-probe": "A probe is named that the playbook does not define.",
  "nothing-measures": "An objective that nothing in the playbook can measure.",
  "deadline-too-short": "A step's deadline is shorter than its hold.",
  "bad-expression": "Something other than ${{ parameters.name }} between ${{ and }}.",
  "unknown-parameter": "An expression or --set names a parameter the playbook does not declare.",
  "bad-parameter": "A parameter's value does not fit its type.",
} as const;

export type ProblemCode = keyof typeof PROBLEM_CODES;

/** From the document's root: keys and indexes. */
export type Path = readonly (string | number)[];

/** A problem before its place in the file is looked up. */
export interface Finding {
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly path: Path;
  /** Point at the value (default), at its key, or at the entry as a whole (for something missing in it). */
  readonly at?: "value" | "key" | "entry";
  /** Part of the value's own text to point at, when it occurs there. */
  readonly part?: string;
}

/** Where findings go while a playbook is read. */
export type Report = (finding: Finding) => void;

/** By place, then code; equal lines once. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const sorted = problems.toSorted(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.code, b.code) || compare(a.message, b.message),
  );
  const seen = new Set<string>();
  return sorted.filter((problem) => {
    const key = `${problem.file}\0${problem.line}:${problem.column}\0${problem.code}\0${problem.message}`;
    return seen.has(key) ? false : seen.add(key) !== undefined;
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A file that cannot be read at all, as a problem at its beginning. */
export function unreadable(file: string, message: string, hint: string): Problem {
  return { file, line: 1, column: 1, endColumn: 1, code: "unreadable" satisfies ProblemCode, message, hint };
}
