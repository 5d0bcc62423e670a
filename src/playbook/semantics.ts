// What a schema cannot see: names that refer to one another. Works on the raw values, so that it also runs when the shape has problems.
import { didYouMean } from "../util/did-you-mean.ts";
import { isObject } from "../util/json.ts";
import { stepKind } from "./method.ts";
import type { Finding, Path, Report } from "./problem.ts";

interface RawStep {
  readonly path: Path;
  readonly name: string | undefined;
  readonly kind: ReturnType<typeof stepKind>;
  readonly undo: string | undefined;
}

/** Reports every reference within the playbook that leads nowhere, and every name given twice. */
export function checkReferences(root: unknown, report: Report): void {
  const spec = field(root, "spec");
  const steps = listOf(field(spec, "method")).map((raw, index): RawStep => {
    const step = isObject(raw) ? raw : {};
    return { path: ["spec", "method", index], name: textOf(step["name"]), kind: stepKind(step), undo: textOf(step["undo"]) };
  });
  checkUnique(steps, "step", report);
  checkUndos(steps, report);
  checkObjectives(spec, steps, report);
  listOf(field(field(spec, "guards"), "stopWhen")).forEach((raw, index) => {
    checkProbe(textOf(field(raw, "probe")), ["spec", "guards", "stopWhen", index, "probe"], spec, report);
  });
}

function checkUnique(entries: readonly { readonly path: Path; readonly name: string | undefined }[], what: string, report: Report): void {
  const seen = new Set<string>();
  for (const { path, name } of entries) {
    if (name === undefined) continue;
    if (seen.has(name)) {
      const key = what === "step" ? "name" : "id";
      report({ code: "duplicate-name", message: `two ${what}s called "${name}"`, hint: "give each its own", path: [...path, key] });
    }
    seen.add(name);
  }
}

function checkUndos(steps: readonly RawStep[], report: Report): void {
  const undone = new Set<string>();
  steps.forEach((step, index) => {
    if (step.kind !== "undo" || step.undo === undefined) return;
    const path = [...step.path, "undo"];
    const wrong = (message: string, hint: string, code: Finding["code"] = "undo-order"): void => report({ code, message, hint, path });
    const named = steps.filter((other) => other.name === step.undo);
    const earlier = steps.slice(0, index).filter((other) => other.name === step.undo);
    if (named.length === 0) wrong(`no step called "${step.undo}"`, stepHint(step.undo, steps.slice(0, index)), "unknown-step");
    else if (earlier.length === 0) wrong(`"${step.undo}" does not come before its undo`, "move the undo after the step it undoes");
    else if (earlier.every((other) => other.kind !== "drill"))
      wrong(`"${step.undo}" is no drill, so nothing can be undone`, "name a step that has drill:");
    else if (undone.has(step.undo)) wrong(`"${step.undo}" is undone twice`, "remove one of the two undo steps");
    else undone.add(step.undo);
  });
}

function checkObjectives(spec: unknown, steps: readonly RawStep[], report: Report): void {
  const objectives = listOf(field(spec, "objectives"));
  const hasProbes = isObject(field(spec, "probes")) && Object.keys(field(spec, "probes") ?? {}).length > 0;
  checkUnique(
    objectives.map((raw, index) => ({ path: ["spec", "objectives", index], name: textOf(field(raw, "id")) })),
    "objective",
    report,
  );
  objectives.forEach((raw, index) => {
    const path: Path = ["spec", "objectives", index];
    listOf(field(raw, "probes")).forEach((probe, at) => checkProbe(textOf(probe), [...path, "probes", at], spec, report));
    const bound = textOf(field(raw, "step"));
    const step = steps.find((candidate) => candidate.name === bound);
    if (bound !== undefined && step?.kind !== "drill") {
      const message = step === undefined ? `no step called "${bound}"` : `"${bound}" is no drill, so nothing recovers from it`;
      report({ code: "unknown-step", message, hint: stepHint(bound, steps), path: [...path, "step"] });
    }
    const nothing = (key: string, message: string, hint: string): void =>
      report({ code: "nothing-measures", message, hint, path: [...path, key], at: "key" });
    const serviceRto = field(raw, "rto") !== undefined && (field(raw, "of") ?? "serviceRestored") === "serviceRestored";
    if (serviceRto && !hasProbes) nothing("rto", "no probe measures this", "add one under spec.probes, for example etcd-write");
    if (field(raw, "availability") !== undefined && !hasProbes)
      nothing("availability", "no probe measures this", "add one under spec.probes");
    if (field(raw, "rpo") !== undefined && field(spec, "sentinel") === false) {
      nothing("rpo", "lost writes are counted by the sentinel, which is off", "remove sentinel: false");
    }
    if (steps.length > 0 && steps.every((candidate) => candidate.kind !== "drill" && candidate.kind !== undefined)) {
      nothing("id", "the method has no drill, so there is nothing to recover from", "add a step with drill:");
    }
  });
}

function checkProbe(id: string | undefined, path: Path, spec: unknown, report: Report): void {
  if (id === undefined) return;
  const probes = field(spec, "probes");
  const known = isObject(probes) ? Object.keys(probes) : [];
  if (known.includes(id)) return;
  const near = didYouMean(id, known);
  const hint =
    near !== undefined
      ? `did you mean "${near}"?`
      : known.length === 0
        ? "define it under spec.probes"
        : `spec.probes has ${known.join(", ")}`;
  report({ code: "unknown-probe", message: `no probe "${id}"`, hint, path });
}

function stepHint(name: string, steps: readonly RawStep[]): string {
  const named = steps.filter((step) => step.kind === "drill").flatMap((step) => (step.name === undefined ? [] : [step.name]));
  const drills = [...new Set(named)];
  const near = didYouMean(name, drills);
  if (near !== undefined) return `did you mean "${near}"?`;
  return drills.length === 0 ? "there is no drill step before it" : `drill steps are ${drills.map((drill) => `"${drill}"`).join(", ")}`;
}

function field(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
