import type { Playbook, Problem, Registry } from "../core/playbook.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import { sha256 } from "../util/digest.ts";
import { isObject } from "../util/json.ts";
import { formatSize } from "../util/size.ts";
import { readExpectations } from "./expectation.ts";
import { plainValue } from "./expression.ts";
import { checkSchema, describe, type Judge } from "./judge.ts";
import { readObjectives, readProbes, readSentinel } from "./measuring.ts";
import { readMethod } from "./method.ts";
import { readParameters } from "./parameters.ts";
import { problemAt, spanOfFinding } from "./place.ts";
import { type Finding, sortProblems, unreadable } from "./problem.ts";
import { API_VERSION, COUNT_RULE, type PlaybookShape, playbookShape } from "./schema.ts";
import { checkReferences } from "./semantics.ts";
import { readTree, type Tree } from "./tree.ts";

/** Larger than any playbook by a factor of a hundred. */
export const MAX_PLAYBOOK_BYTES = 1024 * 1024;

/** The pseudo file that problems of `--set` overrides name. */
export const SET_FILE = "--set";

export interface ParseOptions {
  /** Overrides of parameters, by name, as text. */
  readonly set: Readonly<Record<string, string>>;
}

export type Parsed = { readonly playbook: Playbook } | { readonly problems: readonly Problem[] };

/** Text to a playbook with every default filled in, or every problem there is. Touches nothing but its arguments. */
export function parsePlaybook(text: string, file: string, registry: Registry, options: ParseOptions): Parsed {
  const size = Buffer.byteLength(text);
  if (size > MAX_PLAYBOOK_BYTES) {
    return {
      problems: [
        unreadable(
          file,
          `the file has ${formatSize(size)}; a playbook has at most ${formatSize(MAX_PLAYBOOK_BYTES)}`,
          "check that it is a playbook",
        ),
      ],
    };
  }
  // Not a regular expression with a class of control characters: only NUL marks a file as binary, YAML itself refuses others.
  if (text.includes("\0")) return { problems: [unreadable(file, "the file is binary", "check that it is a playbook")] };
  // The byte order mark is part of the file's digest and of nothing else.
  const body = text.startsWith("\ufeff") ? text.slice(1) : text;
  const { tree, lines, problems: textProblems } = readTree(body);
  const problems: Problem[] = textProblems.map((found) => problemAt(found.span, found, file, body, lines));
  if (tree === null) return { problems: sortProblems(problems) };
  const report = (finding: Finding): void => {
    const span = spanOfFinding(tree, finding, body);
    // A value that could not be read has been said to be so; that it also does not fit follows from that.
    const isConsequence = finding.code === "wrong-type" || finding.code === "bad-value";
    if (isConsequence && textProblems.some((found) => found.span.start >= span.start && found.span.start < span.end)) return;
    problems.push(problemAt(span, finding, file, body, lines));
  };
  const reportSet = (finding: Finding): void => {
    const { code, message, hint } = finding;
    problems.push({ file: SET_FILE, line: 1, column: 1, endColumn: 1 + String(finding.path[0]).length, code, message, hint: hint ?? null });
  };
  const document = readDocument(tree, registry, options, report, reportSet);
  if (problems.length > 0 || document === null) return { problems: sortProblems(problems) };
  return { playbook: { file, sha256: sha256(text), ...document } };
}

function readDocument(
  tree: Tree,
  registry: Registry,
  options: ParseOptions,
  report: (finding: Finding) => void,
  reportSet: (finding: Finding) => void,
): Omit<Playbook, "file" | "sha256"> | null {
  const skip = new Set<string>();
  const judge: Judge = { report, skip };
  const bare = plainValue(tree, null, report, skip);
  const stranger = notOurs(bare);
  if (stranger !== null) {
    report(stranger);
    return null;
  }
  const parameters = readParameters(field(field(bare, "spec"), "parameters"), options.set, judge, reportSet);
  const root = plainValue(tree, parameters.values, report, skip);
  const spec = field(root, "spec");
  const shape = checkSchema(playbookShape, root, [], judge);
  const expectations = (raw: unknown, path: readonly string[]) => readExpectations(raw, ["spec", ...path], registry, judge);
  const steadyState = expectations(field(spec, "steadyState"), ["steadyState"]);
  const expect = expectations(field(field(spec, "after"), "expect"), ["after", "expect"]);
  const method = readMethod(field(spec, "method"), registry, judge);
  const probes = readProbes(field(spec, "probes"), registry, judge);
  const objectives = readObjectives(field(spec, "objectives"), judge);
  const sentinel = readSentinel(field(spec, "sentinel"), judge);
  checkReferences(root, (finding) => {
    if (!skip.has(JSON.stringify(finding.path))) report(finding);
  });
  // Undefined parts were reported; the caller looks at the problems before it looks at the result.
  if (shape === undefined || sentinel === undefined) return null;
  const whole = { steadyState: present(steadyState), method: present(method), probes: present(probes), objectives: present(objectives) };
  const end = shape.spec.after.expect === undefined ? whole.steadyState : present(expect);
  return { ...plainParts(shape), ...whole, sentinel, parameters: parameters.declared, after: { ...afterTimes(shape), expect: end } };
}

function afterTimes({ spec }: PlaybookShape): Omit<Playbook["after"], "expect"> {
  return { recoveredForMs: spec.after.recoveredFor, recoverWithinMs: spec.after.recoverWithin, soakMs: spec.after.soak };
}

type PlainParts = Pick<
  Playbook,
  "name" | "title" | "description" | "owner" | "cadence" | "controls" | "requires" | "target" | "guards" | "baselineMs"
>;

function plainParts({ metadata, spec }: PlaybookShape): PlainParts {
  const { guards, target } = spec;
  return {
    name: metadata.name,
    title: metadata.title,
    description: metadata.description ?? null,
    owner: metadata.owner ?? null,
    cadence: metadata.cadence ?? null,
    controls: metadata.controls,
    requires: { members: countRule(spec.requires.etcd.members), etcdVersion: spec.requires.etcd.version ?? null },
    target:
      target === undefined
        ? null
        : { type: target.type, members: target.members, quotaBytes: target.etcd.quota ?? null, etcdArgs: target.etcd.args },
    guards: {
      maxUnavailableMembers: guards.maxUnavailableMembers ?? null,
      allowQuorumLoss: guards.allowQuorumLoss,
      allowDataLoss: guards.allowDataLoss,
      maxDurationMs: guards.maxDuration,
      stopWhen: guards.stopWhen.map(({ probe, downFor }) => ({ probe, downForMs: downFor })),
    },
    baselineMs: spec.baseline,
  };
}

function countRule(rule: string | number | undefined): Playbook["requires"]["members"] {
  if (rule === undefined) return null;
  const match = COUNT_RULE.exec(String(rule));
  return { op: match?.[1] === ">=" ? ">=" : "=", count: Number(match?.[2]) };
}

// Somebody else's YAML gets one sentence and not a line for every key that differs.
function notOurs(root: unknown): Finding | null {
  if (!isObject(root)) {
    const hint = "run `firedrill init` for a playbook to start from";
    return { code: "wrong-type", message: `a playbook is a map, not ${describe(root)}`, hint, path: [] };
  }
  const version = root["apiVersion"];
  const kind = root["kind"];
  if (version === undefined && kind === undefined && root["metadata"] === undefined && root["spec"] === undefined) {
    const slip = Object.keys(root).some((key) => didYouMean(key, ["apiVersion", "kind", "metadata", "spec"]) !== undefined);
    const hint = `a playbook begins with apiVersion: ${API_VERSION}`;
    return slip ? null : { code: "not-a-playbook", message: "the file is YAML, but no playbook", hint, path: [] };
  }
  if (typeof version === "string" && !version.toLowerCase().startsWith("firedrill")) {
    const message = `the file is no playbook: its apiVersion is ${describe(version)}`;
    return { code: "not-a-playbook", message, hint: `a playbook begins with apiVersion: ${API_VERSION}`, path: ["apiVersion"] };
  }
  return null;
}

function field(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function present<T>(items: readonly (T | undefined)[]): readonly T[] {
  return items.filter((item) => item !== undefined);
}
