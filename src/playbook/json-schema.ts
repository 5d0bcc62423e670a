// draft-07, because that is what the YAML language server reads.
import { z } from "zod";
import type { Registry } from "../core/playbook.ts";
import { isObject } from "../util/json.ts";
import { EXPRESSION_PATTERN } from "./expression.ts";
import { parameterSchema, parameterTypes } from "./parameters.ts";
import { playbookShape } from "./schema.ts";
import { slots } from "./schema-fields.ts";
import { objectiveShapes, probeShape, sentinelShape } from "./schema-measuring.ts";
import { assertionParams, checkStep, drillStep, holdStep, undoStep, withinField } from "./schema-method.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema for editors: everything `firedrill validate` accepts, but for names that refer to one another. */
export function playbookJsonSchema(registry: Registry): JsonSchema {
  const drillDefinitions = registry.drills.map(
    (drill) => [`drill.${drill.id}`, { title: drill.title, description: drill.summary, ...own(drillStep(drill)) }] as const,
  );
  const probeDefinitions = registry.probes.map(
    (kind) => [`probe.${kind.id}`, { title: kind.title, description: kind.summary, ...own(probeShape(kind)) }] as const,
  );
  const assertionDefinitions = registry.assertions.map(
    (assertion) =>
      [
        `assertion.${assertion.id}`,
        { title: assertion.title, description: assertion.summary, ...own(assertionParams(assertion)) },
      ] as const,
  );
  const definitions: Record<string, JsonSchema> = {
    expression: { type: "string", pattern: EXPRESSION_PATTERN, description: "${{ parameters.name }}" },
    parameter: { anyOf: parameterTypes.map((type) => schemaOf(parameterSchema(type))) },
    objective: { anyOf: Object.values(objectiveShapes).map((shape) => own(shape)) },
    sentinel: { anyOf: [{ const: false, description: "Turns the sentinel writer off." }, own(sentinelShape)] },
    probe: { anyOf: probeDefinitions.map(([name]) => ref(name)) },
    expectation: {
      anyOf: [bareAssertion(registry), ...registry.assertions.map((assertion) => assertionEntry(assertion.id, assertion.title))],
    },
    step: { anyOf: [...drillDefinitions.map(([name]) => ref(name)), own(undoStep), own(holdStep), own(checkStep)] },
    ...Object.fromEntries([...drillDefinitions, ...assertionDefinitions, ...probeDefinitions]),
  };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Firedrill playbook",
    ...own(playbookShape),
    definitions,
  };
}

function ref(name: string): JsonSchema {
  return { $ref: `#/definitions/${name}` };
}

function bareAssertion(registry: Registry): JsonSchema {
  const plain = registry.assertions.filter((assertion) => assertionParams(assertion).safeParse({}).success);
  return { enum: plain.map((assertion) => assertion.id), description: "An assertion with its defaults." };
}

function assertionEntry(id: string, title: string): JsonSchema {
  return {
    type: "object",
    description: title,
    properties: { [id]: { description: title, anyOf: [ref(`assertion.${id}`), { type: "null" }] }, within: own(withinField) },
    required: [id],
    additionalProperties: false,
  };
}

/** A schema's input as JSON Schema, with references in the slots, and expressions wherever a scalar is restricted. */
function own(schema: z.ZodType): JsonSchema {
  return allowExpressions(schemaOf(schema)) as JsonSchema;
}

/** A schema's input as JSON Schema. Slots become references. */
export function schemaOf(schema: z.ZodType): JsonSchema {
  const converted = z.toJSONSchema(schema, {
    target: "draft-7",
    io: "input",
    // A transform has no input schema to show; the pipe before it has.
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const slot = Object.entries(slots).find(([, candidate]) => (candidate as unknown) === zodSchema);
      if (slot !== undefined) jsonSchema.$ref = `#/definitions/${slot[0]}`;
      // Of a field and the type it is made of, the field's own examples are the ones that are meant.
      const examples = z.globalRegistry.get(zodSchema)?.["examples"];
      if (Array.isArray(examples)) jsonSchema.examples = examples;
      // zod's bounds of a whole number are those of the language, not of the playbook.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  const { $schema: _dialect, ...rest } = converted as Record<string, unknown>;
  return rest;
}

function allowExpressions(node: unknown): unknown {
  if (Array.isArray(node)) return node.map((item) => allowExpressions(item));
  if (!isObject(node)) return node;
  if (isRestrictedScalar(node)) {
    const { title, description, default: byDefault, examples, ...constraint } = node;
    const notes = Object.fromEntries(
      Object.entries({ title, description, default: byDefault, examples }).filter(([, value]) => value !== undefined),
    );
    return { ...notes, anyOf: [constraint, ref("expression")] };
  }
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, isSubschema(key) ? subschemas(key, value) : value]));
}

function subschemas(key: string, value: unknown): unknown {
  if (key !== "properties" || !isObject(value)) return allowExpressions(value);
  // A property may be called "default" or "type": its name is no keyword.
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, allowExpressions(schema)]));
}

function isSubschema(key: string): boolean {
  return ["properties", "items", "anyOf", "oneOf", "allOf", "additionalProperties"].includes(key);
}

// A constant tells kinds apart, and a name is looked up before anything runs: neither may be an expression.
function isRestrictedScalar(node: JsonSchema): boolean {
  if ("const" in node || node["title"] === "id") return false;
  const type = node["type"];
  return (
    type === "number" ||
    type === "integer" ||
    type === "boolean" ||
    (type === "string" && ("pattern" in node || "enum" in node || "format" in node))
  );
}
