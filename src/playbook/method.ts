import type { MethodStep, Registry } from "../core/playbook.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import { isObject } from "../util/json.ts";
import { readExpectations } from "./expectation.ts";
import { checkSchema, describe, type Judge, unknownKey } from "./judge.ts";
import type { Path } from "./problem.ts";
import { checkStep, drillStep, holdStep, undoStep } from "./schema-method.ts";

const KINDS = ["drill", "undo", "check", "hold"] as const;
const STEP_KEYS = ["name", ...KINDS, "with", "deadline"];

/** The steps; undefined entries have problems, already reported. */
export function readMethod(raw: unknown, registry: Registry, judge: Judge): readonly (MethodStep | undefined)[] {
  if (!Array.isArray(raw)) return [];
  return raw.map((step: unknown, index) => readStep(step, ["spec", "method", index], registry, judge));
}

/** Which kind of step this is meant to be; `hold` beside `drill` is the drill's own. */
export function stepKind(step: Readonly<Record<string, unknown>>): (typeof KINDS)[number] | "several" | undefined {
  const present = KINDS.filter((kind) => Object.hasOwn(step, kind) && !(kind === "hold" && Object.hasOwn(step, "drill")));
  return present.length > 1 ? "several" : present[0];
}

function readStep(raw: unknown, path: Path, registry: Registry, judge: Judge): MethodStep | undefined {
  if (!isObject(raw)) {
    judge.report({
      code: "wrong-type",
      message: `a step is a map, not ${describe(raw)}`,
      hint: "write - name: … and drill: … under it",
      path,
    });
    return undefined;
  }
  switch (stepKind(raw)) {
    case "drill":
      return readDrillStep(raw, path, registry, judge);
    case "undo": {
      const step = checkSchema(undoStep, raw, path, judge);
      return step === undefined ? undefined : { kind: "undo", name: step.name, of: step.undo };
    }
    case "hold": {
      const step = checkSchema(holdStep, raw, path, judge);
      return step === undefined ? undefined : { kind: "hold", name: step.name, holdMs: step.hold };
    }
    case "check": {
      const step = checkSchema(checkStep, raw, path, judge);
      const expect = readExpectations(raw["check"], [...path, "check"], registry, judge);
      return step === undefined ? undefined : { kind: "check", name: step.name, expect: expect.filter((entry) => entry !== undefined) };
    }
    case "several": {
      const given = KINDS.filter((kind) => Object.hasOwn(raw, kind)).join(" and ");
      judge.report({ code: "step-kind", message: `a step with ${given}`, hint: "make it one step each", path });
      return undefined;
    }
    case undefined: {
      const unknown = Object.keys(raw).filter((key) => !STEP_KEYS.includes(key));
      const slip = unknown.find((key) => didYouMean(key, KINDS) !== undefined);
      if (slip === undefined)
        judge.report({ code: "step-kind", message: "a step that does nothing", hint: `give it one of ${KINDS.join(", ")}`, path });
      for (const key of unknown) judge.report(unknownKey(key, path, STEP_KEYS));
      return undefined;
    }
  }
}

function readDrillStep(raw: Readonly<Record<string, unknown>>, path: Path, registry: Registry, judge: Judge): MethodStep | undefined {
  const drill = registry.drills.find((known) => known.id === raw["drill"]);
  if (drill === undefined) {
    const near = didYouMean(
      String(raw["drill"]),
      registry.drills.map((known) => known.id),
    );
    const hint = near === undefined ? "`firedrill list drills` names them all" : `did you mean "${near}"?`;
    judge.report({ code: "unknown-drill", message: `no drill ${describe(raw["drill"])}`, hint, path: [...path, "drill"] });
    return undefined;
  }
  const step = checkSchema(drillStep(drill), raw, path, judge);
  if (step === undefined) return undefined;
  if (step.deadline !== undefined && step.deadline <= step.hold) {
    const message = `the deadline ${describe(raw["deadline"])} is over before the hold ${describe(raw["hold"])} is`;
    judge.report({
      code: "deadline-too-short",
      message,
      hint: "leave time to undo: a deadline longer than the hold",
      path: [...path, "deadline"],
    });
    return undefined;
  }
  return {
    kind: "drill",
    name: step.name,
    drill: drill.id,
    with: isObject(raw["with"]) ? raw["with"] : {},
    holdMs: step.hold,
    deadlineMs: step.deadline ?? null,
  };
}
