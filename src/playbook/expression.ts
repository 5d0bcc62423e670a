// `${{ parameters.name }}` is all there is: no code, no environment, no shell in a playbook.

import { didYouMean } from "../util/did-you-mean.ts";
import type { Finding, Path, Report } from "./problem.ts";
import type { Tree } from "./tree.ts";

const ANY = /\$\{\{(?:(.*?)\}\})?/gs;
const REFERENCE = /^\s*parameters\.([A-Za-z][A-Za-z0-9_-]*)\s*$/;

/** What the JSON Schema for editors accepts in place of any scalar. */
export const EXPRESSION_PATTERN = "\\$\\{\\{\\s*parameters\\.[A-Za-z][A-Za-z0-9_-]*\\s*\\}\\}";

export type ParameterValue = string | number | boolean;

/** A parameter as expressions see it; `undefined` value: it has a problem of its own, already reported. */
export type ParameterValues = ReadonlyMap<string, ParameterValue | undefined>;

export type Substitution =
  | { readonly kind: "value"; readonly value: ParameterValue }
  /** Refers to a parameter that is itself wrong: say nothing more about this place. */
  | { readonly kind: "unknown" }
  | { readonly kind: "problems"; readonly problems: readonly Pick<Finding, "code" | "message" | "hint" | "part">[] };

/** Puts parameter values into a text. A text that is one expression keeps the parameter's type. */
export function substitute(text: string, values: ParameterValues): Substitution {
  if (!text.includes("${{")) return { kind: "value", value: text };
  const problems: Pick<Finding, "code" | "message" | "hint" | "part">[] = [];
  let unknown = false;
  let whole: ParameterValue | undefined;
  const replaced = text.replaceAll(ANY, (expression: string, inner: string | undefined) => {
    const name = inner === undefined ? undefined : REFERENCE.exec(inner)?.[1];
    if (name === undefined) {
      const message = inner === undefined ? `"\${{" is never closed` : `"${expression}" is not an expression`;
      problems.push({ code: "bad-expression", message, hint: "write ${{ parameters.name }}; nothing else is evaluated", part: expression });
      return "";
    }
    if (!values.has(name)) {
      problems.push({ code: "unknown-parameter", message: `no parameter "${name}"`, hint: parameterHint(name, values), part: expression });
      return "";
    }
    const value = values.get(name);
    if (value === undefined) unknown = true;
    else if (expression === text.trim()) whole = value;
    return String(value);
  });
  if (problems.length > 0) return { kind: "problems", problems };
  return unknown ? { kind: "unknown" } : { kind: "value", value: whole ?? replaced };
}

/** What to do about a parameter that is not declared. */
export function parameterHint(name: string, values: ParameterValues): string {
  const near = didYouMean(name, [...values.keys()]);
  if (near !== undefined) return `did you mean "${near}"?`;
  return values.size === 0 ? "declare it under spec.parameters" : `the playbook declares ${[...values.keys()].join(", ")}`;
}

/** The tree as plain values with expressions replaced; `values` null leaves texts as they are. `skip` collects places not to judge. */
export function plainValue(tree: Tree, values: ParameterValues | null, report: Report, skip: Set<string>, path: Path = []): unknown {
  switch (tree.kind) {
    case "list":
      return tree.items.map((item, index) => plainValue(item, values, report, skip, [...path, index]));
    case "map":
      return Object.fromEntries(
        [...tree.entries].map(([key, entry]) => [key, plainValue(entry.value, values, report, skip, [...path, key])]),
      );
    case "scalar": {
      if (typeof tree.value !== "string" || values === null || !tree.value.includes("${{")) return tree.value;
      if (isDeclaration(path)) {
        skip.add(JSON.stringify(path));
        const hint = "give the value itself; expressions are for the rest of the playbook";
        report({ code: "bad-expression", message: "a parameter's declaration takes no expression", hint, path, part: "${{" });
        return tree.value;
      }
      const result = substitute(tree.value, values);
      if (result.kind === "value") return result.value;
      skip.add(JSON.stringify(path));
      if (result.kind === "problems") for (const problem of result.problems) report({ ...problem, path });
      return tree.value;
    }
  }
}

// A parameter's own declaration is where values come from, not where they go.
function isDeclaration(path: Path): boolean {
  return path[0] === "spec" && path[1] === "parameters";
}
