// zod says what is wrong in its own words and without a place; this turns an issue into a finding a person can act on.
import { z } from "zod";
import { didYouMean } from "../util/did-you-mean.ts";
import { isObject } from "../util/json.ts";
import type { Finding, Path, ProblemCode, Report } from "./problem.ts";
import { suggestDuration, suggestSize } from "./suggest.ts";

export interface Judge {
  readonly report: Report;
  /** Places not to judge, as JSON of their path: their value is unknown, and that has been said. */
  readonly skip: ReadonlySet<string>;
}

/** What zod knows while it writes a message and forgets afterwards: the keys of a map, the description of a field. */
interface Notes {
  readonly keys: Map<string, readonly string[]>;
  readonly descriptions: Map<string, string>;
}

/** Parses `value`, which stands at `path`; undefined when it has problems, all of which are reported. `code` overrides the issues' own. */
export function checkSchema<T>(schema: z.ZodType<T>, value: unknown, path: Path, judge: Judge, code?: ProblemCode): T | undefined {
  const notes: Notes = { keys: new Map(), descriptions: new Map() };
  const result = schema.safeParse(value, {
    error: (issue) => {
      const key = JSON.stringify(issue.path ?? []);
      if (issue.inst instanceof z.ZodObject) notes.keys.set(key, Object.keys(issue.inst.shape));
      if (issue.inst instanceof z.ZodType && issue.inst.description !== undefined) notes.descriptions.set(key, issue.inst.description);
      return OWN_WORDS;
    },
  });
  if (result.success) return result.data;
  const spoken = new Set<string>();
  for (const issue of result.error.issues) {
    for (const finding of translate(issue, value, notes, path)) {
      const place = [...path, ...finding.path];
      // One finding a place: a value with the wrong type need not also be too short.
      const key = JSON.stringify(place);
      if (spoken.has(key) || isSkipped(place, judge.skip)) continue;
      spoken.add(key);
      const known = finding.code === "missing-key" || finding.code === "unknown-key";
      judge.report({ ...finding, path: place, code: code !== undefined && !known ? code : finding.code });
    }
  }
  return undefined;
}

/** Marks a message as zod's and not the schema's own. */
const OWN_WORDS = "\0";

/** True when the place, or something it is part of, depends on a parameter that is wrong. */
function isSkipped(path: Path, skip: ReadonlySet<string>): boolean {
  if (skip.size === 0) return false;
  return path.some((_part, index) => skip.has(JSON.stringify(path.slice(0, index + 1))));
}

function translate(issue: z.core.$ZodIssue, root: unknown, notes: Notes, base: Path): readonly Finding[] {
  const path = issue.path.filter((part) => typeof part !== "symbol");
  const value = valueAt(root, path);
  const own = issue.message === OWN_WORDS ? undefined : issue.message;
  const key = nameOf([...base, ...path]);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((name) => unknownKey(name, path, notes.keys.get(JSON.stringify(path)) ?? []));
  if (value === undefined && path.length > 0) {
    const description = notes.descriptions.get(JSON.stringify(path));
    const hint = description === undefined ? `add "${key}:"` : `add "${key}:" - ${description}`;
    return [{ code: "missing-key", message: `"${key}" is missing`, hint, path, at: "entry" }];
  }
  const bad = (code: ProblemCode, message: string, hint?: string): readonly Finding[] => [{ code, message: own ?? message, hint, path }];
  switch (issue.code) {
    case "invalid_type": {
      const wanted = TYPE_WORDS[issue.expected] ?? issue.expected;
      return bad("wrong-type", `"${key}" takes ${wanted}, not ${describe(value)}`, typeHint(issue.expected, value, own));
    }
    case "invalid_value": {
      const options = issue.values.map(String);
      const near = typeof value === "string" ? didYouMean(value, options) : undefined;
      const list = options.map((option) => `"${option}"`).join(", ");
      const message =
        options.length === 1 ? `"${key}" must be ${list}, not ${describe(value)}` : `${describe(value)} is not one of ${list}`;
      return bad("bad-value", message, near === undefined ? undefined : `did you mean "${near}"?`);
    }
    case "too_small":
    case "too_big":
      return bad("bad-value", boundMessage(issue, key, value), own === undefined ? undefined : typeHint("string", value, own));
    case "invalid_union":
      return unionFindings(issue, path, key, value, (inner) => translate({ ...inner, path: [...path, ...inner.path] }, root, notes, base));
    case "invalid_format":
      if (issue.format === "url")
        return bad("bad-value", `${describe(value)} is no URL that "${key}" takes`, "for example http://127.0.0.1:8080/");
      return bad("bad-value", `${describe(value)} does not have the form "${key}" takes`, typeHint("string", value, own));
    case "invalid_key":
    case "invalid_element":
    case "not_multiple_of":
    case "custom":
      return bad("bad-value", `${describe(value)} does not fit "${key}"`);
  }
}

// What a value is called in a message; of a list entry, what the list is called.
function nameOf(path: Path): string {
  return path.findLast((part) => typeof part === "string") ?? "the playbook";
}

/** A key nobody reads, with what was probably meant. */
export function unknownKey(name: string, path: Path, known: readonly string[]): Finding {
  const near = didYouMean(name, known);
  const list = known.length === 0 ? "nothing goes here" : `known here: ${known.join(", ")}`;
  const hint = name === "<<" ? "merge keys are not read; repeat the values" : near === undefined ? list : `did you mean "${near}"?`;
  return { code: "unknown-key", message: `unknown key "${name}"`, hint, path: [...path, name], at: "key" };
}

// Of a union's branches the one that got furthest is the one that was meant; when none got anywhere, all are named.
function unionFindings(
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  key: string,
  value: unknown,
  translated: (inner: z.core.$ZodIssue) => readonly Finding[],
): readonly Finding[] {
  const deeper = issue.errors.filter(
    (branch) => branch.length > 0 && branch.every((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys"),
  );
  const best = deeper.toSorted((a, b) => a.length - b.length)[0];
  if (best !== undefined) return best.flatMap((inner) => translated(inner));
  const wanted = issue.errors.flatMap((branch) => branch.slice(0, 1)).map((inner) => wantedBy(inner));
  return [{ code: "bad-value", message: `"${key}" takes ${[...new Set(wanted)].join(" or ")}, not ${describe(value)}`, path }];
}

function wantedBy(issue: z.core.$ZodIssue): string {
  if (issue.message !== OWN_WORDS) return issue.message;
  if (issue.code === "invalid_value") return issue.values.map((value) => JSON.stringify(value)).join(", ");
  if (issue.code === "invalid_type") return TYPE_WORDS[issue.expected] ?? issue.expected;
  return "another value";
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a map",
  record: "a map",
  array: "a list",
};

function typeHint(expected: string, value: unknown, own: string | undefined): string | undefined {
  if (value === null)
    return expected === "object" || expected === "record" ? "write {} or leave the key out" : "give it a value or leave it out";
  const asText = typeof value === "number" || typeof value === "string" ? String(value) : undefined;
  const unit = asText === undefined || own === undefined ? undefined : suggestFor(own, asText);
  if (unit !== undefined) return `did you mean "${unit}"?`;
  if (expected === "boolean" && typeof value === "string" && /^(yes|no|on|off)$/i.test(value)) {
    return `YAML 1.2 reads ${value} as text: write ${/^(yes|on)$/i.test(value) ? "true" : "false"}`;
  }
  if (expected === "array" && value !== undefined) return "begin each entry with a dash";
  if (expected === "string" && own === undefined && asText !== undefined && typeof value === "number")
    return `put it in quotes: "${asText}"`;
  if ((expected === "number" || expected === "int") && typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value))) {
    return "remove the quotes";
  }
  return undefined;
}

// A schema's own message says what the text should have been; the unit that is missing follows from it.
function suggestFor(own: string, text: string): string | undefined {
  const isNumber = /^\d+(\.\d+)?$/.test(text);
  if (own.includes("percentage")) return isNumber && Number(text) <= 100 ? `${text}%` : undefined;
  if (own.includes("number of writes") && isNumber) return `${text} writes`;
  if (own.includes("duration")) return suggestDuration(text);
  return own.includes("size") ? suggestSize(text) : undefined;
}

function boundMessage(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, key: string, value: unknown): string {
  const [bound, word] = issue.code === "too_small" ? [issue.minimum, "at least"] : [issue.maximum, "at most"];
  const exclusive = issue.inclusive === false;
  if (issue.origin === "array") return `"${key}" needs ${word} ${bound} ${Number(bound) === 1 ? "entry" : "entries"}`;
  if (issue.origin === "string") {
    return issue.code === "too_small" && Number(bound) === 1 ? `"${key}" must not be empty` : `"${key}" takes ${word} ${bound} characters`;
  }
  const limit = exclusive ? (issue.code === "too_small" ? `more than ${bound}` : `less than ${bound}`) : `${word} ${bound}`;
  return `"${key}" must be ${limit}, not ${String(value)}`;
}

/** A value for a message: short, with its type where that is the point. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "string") return `"${value.length > 60 ? `${value.slice(0, 57)}...` : value}"`;
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : "a map";
}

function valueAt(root: unknown, path: Path): unknown {
  let here = root;
  for (const part of path) {
    if (Array.isArray(here) && typeof part === "number") here = here[part] as unknown;
    else if (isObject(here) && Object.hasOwn(here, part)) here = here[String(part)];
    else return undefined;
  }
  return here;
}
