// What a zod schema says of its fields, as rows for people.
import type { z } from "zod";
import { isObject } from "../util/json.ts";
import { type JsonSchema, schemaOf } from "./json-schema.ts";

export interface FieldRow {
  readonly name: string;
  /** e.g. "duration", "whole number, 1 or more", "leader | follower". */
  readonly type: string;
  readonly required: boolean;
  /** As YAML; null without one. */
  readonly byDefault: string | null;
  readonly example: string | null;
  readonly description: string | null;
}

/** One row a field, in the order of the definition; a map's own fields follow it as `map.field`. */
export function fieldRows(schema: z.ZodObject): readonly FieldRow[] {
  return withNested(schemaOf(schema));
}

function withNested(schema: JsonSchema): readonly FieldRow[] {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  return rowsOf(schema).flatMap((row) => {
    const inner = properties[row.name];
    const below = isObject(inner) && isObject(inner["properties"]) ? withNested(inner) : [];
    return [row, ...below.map((field) => ({ ...field, name: `${row.name}.${field.name}` }))];
  });
}

/** The same for JSON Schema. */
export function rowsOf(schema: JsonSchema): readonly FieldRow[] {
  const required = Array.isArray(schema["required"]) ? (schema["required"] as readonly unknown[]) : [];
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  return Object.entries(properties).map(([name, raw]) => {
    const field = isObject(raw) ? raw : {};
    const examples = Array.isArray(field["examples"]) ? (field["examples"] as readonly unknown[]) : [];
    const first = examples[0];
    return {
      name,
      type: typeOf(field),
      required: required.includes(name),
      byDefault: field["default"] === undefined ? null : inline(field["default"]),
      example: first === undefined ? null : inline(first),
      description: typeof field["description"] === "string" ? field["description"] : null,
    };
  });
}

function typeOf(field: JsonSchema): string {
  const reference = field["$ref"];
  if (typeof reference === "string") return referenceName(reference);
  if (Array.isArray(field["allOf"])) return [...new Set(field["allOf"].filter(isObject).map((part) => typeOf(part)))].join(", ");
  const union = field["anyOf"] ?? field["oneOf"];
  if (typeof field["title"] === "string") return field["title"];
  if (Array.isArray(union))
    return [
      ...new Set(
        union
          .filter(isObject)
          .filter(notExpression)
          .map((part) => typeOf(part)),
      ),
    ].join(" | ");
  if ("const" in field) return inline(field["const"]);
  if (Array.isArray(field["enum"])) return field["enum"].map((value) => inline(value)).join(" | ");
  switch (field["type"]) {
    case "array":
      return isObject(field["items"]) && Object.keys(field["items"]).length > 0 ? `list of ${typeOf(field["items"])}` : "list";
    case "object":
      return isObject(field["additionalProperties"]) ? `map of ${typeOf(field["additionalProperties"])}` : "map";
    case "integer":
      return `whole number${bounds(field)}`;
    case "number":
      return `number${bounds(field)}`;
    case "boolean":
      return "true | false";
    case "string":
      return field["format"] === "uri" ? "URL" : "text";
    case "null":
      return "nothing";
    default:
      return "any value";
  }
}

function referenceName(reference: string): string {
  const name = reference.replace("#/definitions/", "");
  return name.startsWith("assertion.") ? "its parameters" : name;
}

// Expressions may stand anywhere; saying so at every field helps nobody.
function notExpression(part: JsonSchema): boolean {
  return part["$ref"] !== "#/definitions/expression";
}

function bounds(field: JsonSchema): string {
  const { minimum, maximum, exclusiveMinimum } = field as { minimum?: number; maximum?: number; exclusiveMinimum?: number };
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `, ${minimum} or more`;
  if (exclusiveMinimum !== undefined) return `, more than ${exclusiveMinimum}`;
  return maximum === undefined ? "" : `, ${maximum} or less`;
}

/** A value as one-line YAML, which for our values is JSON without the needless quotes. */
export function inline(value: unknown): string {
  if (typeof value === "string")
    return /^[A-Za-z/][\w./-]*$|^\d+(\.\d+)?[A-Za-z]+$/.test(value) && !/^(true|false|null|~)$/i.test(value)
      ? value
      : JSON.stringify(value);
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[${value.map((item) => inline(item)).join(", ")}]`;
  if (isObject(value)) {
    const entries = Object.entries(value);
    return entries.length === 0 ? "{}" : `{ ${entries.map(([key, item]) => `${key}: ${inline(item)}`).join(", ")} }`;
  }
  return JSON.stringify(value);
}

/** A value for a field in an example: what it defaults to, an example of it, or something of its type. */
export function sampleOf(row: FieldRow): string {
  if (row.example !== null) return row.example;
  if (row.byDefault !== null) return row.byDefault;
  if (row.type === "URL") return "http://127.0.0.1:8080/";
  if (row.type === "list of text") return "[value]";
  if (row.type.startsWith("list")) return "[]";
  if (row.type.startsWith("map")) return "{}";
  if (row.type.startsWith("whole number") || row.type.startsWith("number")) return "1";
  if (row.type === "true | false") return "true";
  if (row.type.includes("|")) return row.type.split(" | ")[0] ?? "value";
  return row.type === "text" ? "value" : row.type;
}
