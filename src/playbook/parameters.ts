import { z } from "zod";
import { duration, memberSelector, size } from "../core/fields.ts";
import type { Playbook } from "../core/playbook.ts";
import { isObject } from "../util/json.ts";
import { type ParameterValue, type ParameterValues, parameterHint } from "./expression.ts";
import { checkSchema, type Judge } from "./judge.ts";
import type { Report } from "./problem.ts";

interface ParameterType {
  readonly description: string;
  readonly value: z.ZodType;
  readonly example: ParameterValue;
  /** Text from the command line to the value as YAML would have given it; undefined when it cannot be one. */
  readonly fromText: (text: string) => ParameterValue | undefined;
}

const asText = (text: string): string => text;
const asNumber = (text: string): number | undefined => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined);

/** The types a parameter can have. */
export const PARAMETER_TYPES = {
  duration: { description: 'A time with a unit, such as "20s".', value: duration(), example: "20s", fromText: asText },
  string: { description: "Any text.", value: z.string(), example: "text", fromText: asText },
  int: { description: "A whole number.", value: z.int(), example: 3, fromText: asNumber },
  number: { description: "A number.", value: z.number(), example: 1.5, fromText: asNumber },
  boolean: {
    description: "true or false.",
    value: z.boolean(),
    example: true,
    fromText: (text: string) => (text === "true" ? true : text === "false" ? false : undefined),
  },
  member: { description: "A role or a member's name.", value: memberSelector(), example: "leader", fromText: asText },
  size: { description: 'A size with a unit, such as "16MiB".', value: size(), example: "16MiB", fromText: asText },
} as const satisfies Record<string, ParameterType>;

type ParameterTypeName = keyof typeof PARAMETER_TYPES;
const TYPE_NAMES = Object.keys(PARAMETER_TYPES) as readonly ParameterTypeName[];

/** One parameter's declaration for a type, in the form the JSON Schema needs: `default` has the type's own schema. */
export function parameterSchema(type: ParameterTypeName): z.ZodObject {
  return z.strictObject({
    type: z.literal(type).meta({ description: PARAMETER_TYPES[type].description }),
    default: PARAMETER_TYPES[type].value.meta({ description: "Used unless --set gives another value." }),
    description: z.string().optional().meta({ description: "What it is for; shown with the playbook." }),
  });
}

/** The types' names, for the JSON Schema. */
export const parameterTypes: readonly ParameterTypeName[] = TYPE_NAMES;

const anyParameter = z.strictObject({
  type: z.enum(TYPE_NAMES).meta({ description: "What kind of value it takes." }),
  default: z.unknown().refine((value) => value !== undefined && value !== null, { error: "a parameter needs a default" }),
  description: z.string().optional(),
});

export interface Parameters {
  readonly declared: Playbook["parameters"];
  readonly values: ParameterValues;
}

/** Reads `spec.parameters` and the overrides of `--set`. Problems go to the judge; a wrong parameter has the value undefined. */
export function readParameters(raw: unknown, set: Readonly<Record<string, string>>, judge: Judge, reportSet: Report): Parameters {
  const declared: Record<string, Playbook["parameters"][string]> = {};
  const values = new Map<string, ParameterValue | undefined>();
  for (const [name, entry] of isObject(raw) ? Object.entries(raw) : []) {
    const path = ["spec", "parameters", name];
    values.set(name, undefined);
    if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) {
      const hint = "begin with a letter; letters, digits, - and _ after it";
      judge.report({ code: "bad-value", message: `"${name}" cannot be a parameter's name`, hint, path, at: "key" });
    }
    const shape = checkSchema(anyParameter, entry, path, judge);
    // An expression in a declaration is reported where expressions are read.
    if (shape === undefined || (typeof shape.default === "string" && shape.default.includes("${{"))) continue;
    const type: ParameterType = PARAMETER_TYPES[shape.type];
    if (checkSchema(type.value, shape.default, [...path, "default"], judge, "bad-parameter") === undefined) continue;
    const byDefault = shape.default as ParameterValue;
    const override = Object.hasOwn(set, name) ? set[name] : undefined;
    const value = override === undefined ? byDefault : overridden(name, override, shape.type, reportSet);
    values.set(name, value);
    declared[name] = { type: shape.type, value: value ?? byDefault, default: byDefault, description: shape.description ?? null };
  }
  for (const name of Object.keys(set)) {
    if (!values.has(name)) {
      reportSet({ code: "unknown-parameter", message: `no parameter "${name}"`, hint: parameterHint(name, values), path: [name] });
    }
  }
  return { declared, values };
}

function overridden(name: string, text: string, typeName: ParameterTypeName, reportSet: Report): ParameterValue | undefined {
  const type: ParameterType = PARAMETER_TYPES[typeName];
  const value = type.fromText(text);
  if (value !== undefined && type.value.safeParse(value).success) return value;
  const message = `"${name}" cannot be "${text}": its type is ${typeName}`;
  reportSet({ code: "bad-parameter", message, hint: `for example --set ${name}=${String(type.example)}`, path: [name] });
  return undefined;
}
