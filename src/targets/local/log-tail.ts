import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { isObject, parseJson } from "../../util/json.ts";

/** How much of a log is looked at for its last lines, bytes. */
const TAIL_BYTES = 16 * 1024;

/** Size of a log now, to read on from later; 0 when there is none. */
export function logSize(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}

/** The last lines written to a log behind `fromBytes`, etcd's JSON lines shortened to what they say. */
export function logTail(file: string, fromBytes: number, lines: number): readonly string[] {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch {
    return [];
  }
  try {
    const size = fstatSync(handle).size;
    // A program that does not know a flag says so first, and then prints its whole usage.
    const beginning = readText(handle, fromBytes, Math.min(TAIL_BYTES, size - fromBytes));
    const usageAt = beginning.search(/^Usage:/m);
    const start = Math.max(fromBytes, size - TAIL_BYTES);
    const text = usageAt > 0 ? beginning.slice(0, usageAt) : readText(handle, start, size - start);
    return text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .slice(-lines)
      .map(sayShort);
  } finally {
    closeSync(handle);
  }
}

function readText(handle: number, from: number, length: number): string {
  const bytes = Buffer.alloc(Math.max(0, length));
  return bytes.toString("utf8", 0, readSync(handle, bytes, 0, bytes.length, from));
}

function sayShort(line: string): string {
  const entry = parseJson(line);
  if (!isObject(entry) || typeof entry["msg"] !== "string") return line.slice(0, 400);
  const level = typeof entry["level"] === "string" ? `${entry["level"]}: ` : "";
  const error = typeof entry["error"] === "string" ? `: ${entry["error"]}` : "";
  return `${level}${entry["msg"]}${error}`.slice(0, 400);
}
