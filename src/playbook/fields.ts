// Fields of the playbook's own format, by dotted path, from the same JSON Schema that editors get.
import type { Registry } from "../core/playbook.ts";
import { isObject } from "../util/json.ts";
import { type FieldRow, rowsOf } from "./describe.ts";
import { type JsonSchema, playbookJsonSchema } from "./json-schema.ts";

export interface FieldExplanation {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly rows: readonly FieldRow[];
  readonly rowsTitle: string;
}

/** The field at `spec.guards`, `spec.method`, `metadata.name` …; also without the leading `spec.`. */
export function fieldAt(path: string, registry: Registry): FieldExplanation | undefined {
  const root = playbookJsonSchema(registry);
  const parts = path.split(".").filter((part) => part !== "");
  if (parts.length === 0) return undefined;
  const found = walk(root, root, parts) ?? walk(root, root, ["spec", ...parts]);
  if (found === undefined) return undefined;
  const { schema, name } = found;
  return {
    name,
    title: name,
    summary: typeof schema["description"] === "string" ? schema["description"] : "No description.",
    rows: rowsBelow(schema, root),
    rowsTitle: "fields",
  };
}

/** Every field with fields of its own, outermost first, for the docs. */
export function allFields(registry: Registry): readonly FieldExplanation[] {
  const names = [
    "metadata",
    "spec",
    "spec.requires",
    "spec.requires.etcd",
    "spec.target",
    "spec.target.etcd",
    "spec.parameters",
    "spec.objectives",
  ];
  const more = ["spec.probes", "spec.sentinel", "spec.steadyState", "spec.guards", "spec.guards.stopWhen", "spec.method", "spec.after"];
  return [...names, ...more].map((name) => fieldAt(name, registry)).filter((field) => field !== undefined);
}

function walk(
  root: JsonSchema,
  from: JsonSchema,
  parts: readonly string[],
): { readonly schema: JsonSchema; readonly name: string } | undefined {
  let schema: JsonSchema = from;
  for (const part of parts) {
    const inside = entryOf(schema, root);
    const next = isObject(inside["properties"]) && Object.hasOwn(inside["properties"], part) ? inside["properties"][part] : undefined;
    if (!isObject(next)) return undefined;
    schema = next;
  }
  return { schema, name: parts.join(".") };
}

/** Through lists and maps to what one entry is. */
function entryOf(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const inner = schema["items"] ?? (isObject(schema["additionalProperties"]) ? schema["additionalProperties"] : undefined);
  return follow(isObject(inner) ? inner : schema, root);
}

function follow(schema: JsonSchema, root: JsonSchema): JsonSchema {
  // A reference with a description of its own is wrapped: draft-07 reads nothing beside $ref.
  const wrapped = Array.isArray(schema["allOf"]) ? (schema["allOf"][0] as unknown) : undefined;
  const reference = (isObject(wrapped) ? wrapped : schema)["$ref"];
  if (typeof reference !== "string") return schema;
  const definitions = isObject(root["definitions"]) ? root["definitions"] : {};
  const target = definitions[reference.replace("#/definitions/", "")];
  return isObject(target) ? follow(target, root) : schema;
}

/** Keys whose schema is another for every kind, said once. */
const SHARED: Readonly<Record<string, Pick<FieldRow, "type" | "description">>> = {
  drill: { type: "id", description: "Which drill to carry out; `firedrill list drills` names them." },
  with: { type: "map", description: "The drill's own parameters; see `firedrill explain DRILL`." },
  type: { type: "id", description: "Which kind it is." },
};

// Kinds side by side (objectives, steps) give one row a key, with whatever kind has it first.
function rowsBelow(schema: JsonSchema, root: JsonSchema): readonly FieldRow[] {
  const entry = entryOf(schema, root);
  const union = Array.isArray(entry["anyOf"]) ? entry["anyOf"].filter(isObject) : [entry];
  const rows = new Map<string, { readonly row: FieldRow; readonly count: number }>();
  const kinds = union.map((kind) => rowsOf(follow(kind, root))).filter((kind) => kind.length > 0);
  for (const row of kinds.flat()) {
    const seen = rows.get(row.name);
    const shared = kinds.length > 1 ? SHARED[row.name] : undefined;
    rows.set(row.name, { row: seen?.row ?? { ...row, ...shared }, count: (seen?.count ?? 0) + 1 });
  }
  const several = kinds.length > 1;
  return [...rows.values()].map(({ row, count }) => (several && count < kinds.length ? { ...row, required: false } : row));
}
