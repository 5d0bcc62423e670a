import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import type { Problem } from "../core/playbook.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import { formatSize } from "../util/size.ts";
import { MAX_PLAYBOOK_BYTES } from "./parse.ts";
import { unreadable } from "./problem.ts";

export interface PlaybookText {
  /** As the user would name it. */
  readonly file: string;
  readonly text: string;
}

export interface ReadPlaces {
  readonly cwd: string;
  readonly stdin: () => Promise<Uint8Array>;
}

export interface PlaybookTexts {
  readonly files: readonly PlaybookText[];
  readonly problems: readonly Problem[];
}

/** What standard input is called in problems. */
export const STDIN_FILE = "<stdin>";

/** Reads files, folders (every *.yaml and *.yml in them), glob patterns and "-" for standard input; each file once, in the order given. */
export async function readPlaybooks(names: readonly string[], places: ReadPlaces, signal: AbortSignal): Promise<PlaybookTexts> {
  const files = new Map<string, PlaybookText>();
  const problems: Problem[] = [];
  for (const name of names) {
    const found = name === "-" ? [STDIN_FILE] : await filesNamed(name, places.cwd, signal);
    if (!Array.isArray(found)) {
      problems.push(found);
      continue;
    }
    for (const file of found) {
      if (files.has(file)) continue;
      const read = file === STDIN_FILE ? decode(await places.stdin(), file) : await readOne(file, places.cwd, signal);
      if ("text" in read) files.set(file, read);
      else problems.push(read);
    }
  }
  return { files: [...files.values()], problems };
}

async function filesNamed(name: string, cwd: string, signal: AbortSignal): Promise<string[] | Problem> {
  const path = resolve(cwd, name);
  const stats = await stat(path).catch(() => undefined);
  signal.throwIfAborted();
  if (stats?.isDirectory() === true) {
    const inside = await globIn("**/*.{yaml,yml}", path, signal);
    return inside.length > 0
      ? inside.map((file) => join(name, file))
      : unreadable(name, "the folder holds no *.yaml or *.yml", "name another folder, or run `firedrill init`");
  }
  if (stats !== undefined) return [name];
  if (/[*?[{]/.test(name)) {
    const matches = await globIn(name, cwd, signal);
    return matches.length > 0
      ? matches
      : unreadable(name, "the pattern matches no file", "check the pattern; quote it so that the shell leaves it alone");
  }
  const near = didYouMean(basename(name), await readdir(dirname(path)).catch(() => []));
  return unreadable(name, "no such file or folder", near === undefined ? "check the path" : `did you mean "${join(dirname(name), near)}"?`);
}

async function globIn(pattern: string, cwd: string, signal: AbortSignal): Promise<string[]> {
  const { glob } = await import("tinyglobby");
  const found = await glob([pattern], {
    cwd,
    ignore: ["**/node_modules/**"],
    absolute: isAbsolute(pattern),
    expandDirectories: false,
    signal,
  });
  return found.toSorted();
}

async function readOne(file: string, cwd: string, signal: AbortSignal): Promise<PlaybookText | Problem> {
  const chunks: Buffer[] = [];
  try {
    // `end` is inclusive: one byte over the limit is enough to know, whatever the file pretends its size to be.
    for await (const chunk of createReadStream(resolve(cwd, file), { end: MAX_PLAYBOOK_BYTES, signal })) chunks.push(chunk as Buffer);
  } catch (error) {
    signal.throwIfAborted();
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    return unreadable(file, `the file cannot be read (${code})`, "check its permissions");
  }
  return decode(Buffer.concat(chunks), file);
}

function decode(bytes: Uint8Array, file: string): PlaybookText | Problem {
  if (bytes.byteLength > MAX_PLAYBOOK_BYTES) {
    return unreadable(file, `the file is larger than ${formatSize(MAX_PLAYBOOK_BYTES)}`, "check that it is a playbook");
  }
  try {
    return { file, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return unreadable(file, "the file is not UTF-8", "save it as UTF-8");
  }
}
