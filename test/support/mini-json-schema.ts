// A validator for the part of draft-07 that our schema uses. It throws on a keyword it does not know, so that nothing is passed over.
type Schema = Readonly<Record<string, unknown>>;

const NOTES = new Set(["$schema", "title", "description", "default", "examples", "definitions"]);

/** The places where `value` does not fit; empty when it does. */
export function violations(root: Schema, value: unknown, schema: Schema = root, at = "$"): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, rule]) => (NOTES.has(keyword) ? [] : check(root, keyword, rule, value, schema, at)));
}

function check(root: Schema, keyword: string, rule: unknown, value: unknown, schema: Schema, at: string): readonly string[] {
  const wrong = (isRight: boolean): readonly string[] => (isRight ? [] : [`${at}: ${keyword} ${JSON.stringify(rule)}`]);
  switch (keyword) {
    case "$ref":
      return violations(root, value, definition(root, String(rule)), at);
    case "type":
      return wrong(typeOf(value).includes(String(rule)));
    case "const":
      return wrong(value === rule);
    case "enum":
      return wrong((rule as readonly unknown[]).includes(value));
    case "anyOf":
      return wrong((rule as readonly Schema[]).some((option) => violations(root, value, option, at).length === 0));
    case "allOf":
      return (rule as readonly Schema[]).flatMap((part) => violations(root, value, part, at));
    case "format":
      return wrong(rule === "uri" && (typeof value !== "string" || URL.canParse(value)));
    case "pattern":
      return wrong(typeof value !== "string" || new RegExp(String(rule), "u").test(value));
    case "minLength":
      return wrong(typeof value !== "string" || value.length >= Number(rule));
    case "maxLength":
      return wrong(typeof value !== "string" || value.length <= Number(rule));
    case "minimum":
      return wrong(typeof value !== "number" || value >= Number(rule));
    case "maximum":
      return wrong(typeof value !== "number" || value <= Number(rule));
    case "exclusiveMinimum":
      return wrong(typeof value !== "number" || value > Number(rule));
    case "minItems":
      return wrong(!Array.isArray(value) || value.length >= Number(rule));
    case "maxItems":
      return wrong(!Array.isArray(value) || value.length <= Number(rule));
    case "items":
      return Array.isArray(value) ? value.flatMap((item, index) => violations(root, item, rule as Schema, `${at}[${index}]`)) : [];
    case "required":
      return isMap(value) ? (rule as readonly string[]).filter((key) => !(key in value)).map((key) => `${at}: ${key} is missing`) : [];
    case "properties":
      return isMap(value)
        ? Object.entries(rule as Record<string, Schema>).flatMap(([key, inner]) =>
            key in value ? violations(root, value[key], inner, `${at}.${key}`) : [],
          )
        : [];
    case "propertyNames":
      return isMap(value) ? Object.keys(value).flatMap((key) => violations(root, key, rule as Schema, `${at}.${key}`)) : [];
    case "additionalProperties": {
      if (!isMap(value)) return [];
      const others = Object.keys(value).filter((key) => !Object.hasOwn(schema["properties"] ?? {}, key));
      if (rule === false) return others.map((key) => `${at}: unknown key ${key}`);
      return others.flatMap((key) => violations(root, value[key], rule as Schema, `${at}.${key}`));
    }
    default:
      throw new Error(`${at}: the keyword "${keyword}" is not known here`);
  }
}

function definition(root: Schema, reference: string): Schema {
  const found = (root["definitions"] as Record<string, Schema>)[reference.replace("#/definitions/", "")];
  if (found === undefined) throw new Error(`${reference} leads nowhere`);
  return found;
}

function typeOf(value: unknown): readonly string[] {
  if (value === null) return ["null"];
  if (Array.isArray(value)) return ["array"];
  if (typeof value === "number") return Number.isInteger(value) ? ["number", "integer"] : ["number"];
  return [typeof value];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
