// The parts of a playbook that say what is measured: probes, sentinel, objectives.
import type { ObjectiveSpec } from "../core/event.ts";
import type { Playbook, Registry } from "../core/playbook.ts";
import type { ProbeSpec } from "../core/probe.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import { isObject } from "../util/json.ts";
import { checkSchema, describe, type Judge } from "./judge.ts";
import type { Path } from "./problem.ts";
import { acceptedMs, objectiveShapes, PERCENT, probeShape, RPO, sentinelShape } from "./schema-measuring.ts";

/** The probes by id; undefined entries have problems, already reported. */
export function readProbes(raw: unknown, registry: Registry, judge: Judge): readonly (ProbeSpec | undefined)[] {
  return isObject(raw) ? Object.entries(raw).map(([id, probe]) => readProbe(id, probe, registry, judge)) : [];
}

function readProbe(id: string, raw: unknown, registry: Registry, judge: Judge): ProbeSpec | undefined {
  const path: Path = ["spec", "probes", id];
  if (!/^[a-z0-9][a-z0-9-]*$/.test(id)) {
    judge.report({
      code: "bad-value",
      message: `"${id}" cannot be a probe's id`,
      hint: "use lower-case letters, digits and dashes",
      path,
      at: "key",
    });
  }
  if (!isObject(raw)) {
    judge.report({ code: "wrong-type", message: `a probe is a map, not ${describe(raw)}`, hint: "write { type: …, every: 100ms }", path });
    return undefined;
  }
  const kinds = registry.probes.map((kind) => kind.id);
  if (raw["type"] === undefined) {
    const hint = kinds.includes(id) ? `add type: ${id}` : `add type: and one of ${kinds.join(", ")}`;
    judge.report({ code: "missing-key", message: `"type" is missing`, hint, path: [...path, "type"], at: "entry" });
    return undefined;
  }
  const kind = registry.probes.find((known) => known.id === raw["type"]);
  if (kind === undefined) {
    const near = typeof raw["type"] === "string" ? didYouMean(raw["type"], kinds) : undefined;
    const hint = near === undefined ? `kinds of probe are ${kinds.join(", ")}` : `did you mean "${near}"?`;
    judge.report({ code: "unknown-probe-type", message: `no kind of probe ${describe(raw["type"])}`, hint, path: [...path, "type"] });
    return undefined;
  }
  const probe = checkSchema(probeShape(kind), raw, path, judge);
  if (probe === undefined) return undefined;
  const { type: _type, every, deadline, ...params } = probe as { type: string; every: number; deadline: number } & Record<string, unknown>;
  return { id, type: kind.id, everyMs: every, deadlineMs: deadline, params };
}

/** The sentinel writer; on unless it is `false`. Undefined: it has problems. */
export function readSentinel(raw: unknown, judge: Judge): Playbook["sentinel"] | undefined {
  if (raw === false) return null;
  const path: Path = ["spec", "sentinel"];
  if (raw !== undefined && !isObject(raw)) {
    const hint = "write false to turn it off, or { every: 50ms, deadline: 1s }";
    judge.report({ code: "wrong-type", message: `"sentinel" takes a map or false, not ${describe(raw)}`, hint, path });
    return undefined;
  }
  const sentinel = checkSchema(sentinelShape, raw ?? {}, path, judge);
  return sentinel === undefined ? undefined : { everyMs: sentinel.every, deadlineMs: sentinel.deadline };
}

/** The objectives; undefined entries have problems, already reported. */
export function readObjectives(raw: unknown, judge: Judge): readonly (ObjectiveSpec | undefined)[] {
  return Array.isArray(raw) ? raw.map((entry: unknown, index) => readObjective(entry, ["spec", "objectives", index], judge)) : [];
}

function readObjective(raw: unknown, path: Path, judge: Judge): ObjectiveSpec | undefined {
  if (!isObject(raw)) {
    judge.report({
      code: "wrong-type",
      message: `an objective is a map, not ${describe(raw)}`,
      hint: "write - id: … and rto: … under it",
      path,
    });
    return undefined;
  }
  const kinds = (["rto", "rpo", "availability"] as const).filter((kind) => Object.hasOwn(raw, kind));
  if (kinds.length !== 1) {
    const message = kinds.length === 0 ? "an objective without a promise" : `an objective with ${kinds.join(" and ")}`;
    const hint = kinds.length === 0 ? "give it one of rto, rpo, availability" : "make it one objective each";
    judge.report({ code: "objective-kind", message, hint, path });
    return undefined;
  }
  const base = (shape: {
    id: string;
    probes: string[];
    step?: string | undefined;
    source?: string | undefined;
  }): Omit<ObjectiveSpec, "promise"> => ({
    id: shape.id,
    probes: shape.probes,
    step: shape.step ?? null,
    source: shape.source ?? null,
  });
  if (kinds[0] === "rto") {
    const shape = checkSchema(objectiveShapes.rto, raw, path, judge);
    return shape === undefined ? undefined : { ...base(shape), promise: { kind: "rto", limitMs: shape.rto, of: shape.of } };
  }
  if (kinds[0] === "rpo") {
    const shape = checkSchema(objectiveShapes.rpo, raw, path, judge);
    return shape === undefined ? undefined : { ...base(shape), promise: rpoPromise(shape.rpo) };
  }
  const shape = checkSchema(objectiveShapes.availability, raw, path, judge);
  return shape === undefined ? undefined : { ...base(shape), promise: { kind: "availability", atLeast: share(shape.availability) } };
}

function rpoPromise(rpo: string): ObjectiveSpec["promise"] {
  const writes = RPO.exec(rpo)?.[1];
  return writes === undefined ? { kind: "rpo-time", limitMs: acceptedMs(rpo) } : { kind: "rpo-writes", limit: Number(writes) };
}

function share(percent: string): number {
  // Through decimal digits: 99.9 / 100 is 0.9990000000000001 in binary.
  return Number((Number(PERCENT.exec(percent)?.[1]) / 100).toFixed(12));
}
