import type { Expectation, Registry } from "../core/playbook.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import { isObject } from "../util/json.ts";
import { checkSchema, describe, type Judge } from "./judge.ts";
import type { Path } from "./problem.ts";
import { assertionParams, withinField } from "./schema-method.ts";

/** A list of assertions; undefined entries have problems, already reported. */
export function readExpectations(raw: unknown, path: Path, registry: Registry, judge: Judge): readonly (Expectation | undefined)[] {
  // A list that is no list was reported with the shape around it.
  if (!Array.isArray(raw)) return [];
  return raw.map((entry: unknown, index) => readExpectation(entry, [...path, index], registry, judge));
}

/** `- etcd-healthy`, or `- etcd-healthy: {…}` with an optional `within` beside it. */
function readExpectation(raw: unknown, path: Path, registry: Registry, judge: Judge): Expectation | undefined {
  if (typeof raw === "string") return bind(raw, {}, 0, path, path, registry, judge);
  if (!isObject(raw)) {
    const hint = "write - etcd-healthy, or - etcd-healthy: {…}";
    judge.report({ code: "wrong-type", message: `an assertion is a name or a map, not ${describe(raw)}`, hint, path });
    return undefined;
  }
  const names = Object.keys(raw).filter((key) => key !== "within");
  const name = names[0];
  if (name === undefined || names.length > 1) {
    const message = name === undefined ? "an entry without an assertion" : `one entry with ${names.length} assertions: ${names.join(", ")}`;
    // The usual slip: parameters indented as far as the assertion they belong to.
    const known = names.some((key) => registry.assertions.some((assertion) => assertion.id === key));
    const hint =
      known && raw[name ?? ""] === null ? `indent the parameters further than "${name}"` : "begin each assertion with a dash of its own";
    judge.report({ code: name === undefined ? "missing-key" : "bad-value", message, hint, path });
    return undefined;
  }
  const within = raw["within"] === undefined ? 0 : checkSchema(withinField, raw["within"], [...path, "within"], judge);
  return bind(name, raw[name] ?? {}, within, path, [...path, name], registry, judge);
}

function bind(
  name: string,
  params: unknown,
  withinMs: number | undefined,
  entry: Path,
  path: Path,
  registry: Registry,
  judge: Judge,
): Expectation | undefined {
  const assertion = registry.assertions.find((known) => known.id === name);
  if (assertion === undefined) {
    const near = didYouMean(
      name,
      registry.assertions.map((known) => known.id),
    );
    const hint = near === undefined ? "`firedrill list assertions` names them all" : `did you mean "${near}"?`;
    judge.report({ code: "unknown-assertion", message: `no assertion "${name}"`, hint, path, at: path === entry ? "value" : "key" });
    return undefined;
  }
  if (checkSchema(assertionParams(assertion), params, path, judge) === undefined || withinMs === undefined) return undefined;
  return { assertion: name, params: isObject(params) ? params : {}, withinMs };
}
