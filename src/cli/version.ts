import { readFileSync } from "node:fs";
import { isObject, parseJson } from "../util/json.ts";

/** The version in package.json. */
export function version(): string {
  const manifest = parseJson(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return isObject(manifest) && typeof manifest["version"] === "string" ? manifest["version"] : "unknown";
}
