import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { FiredrillError } from "../core/errors.ts";
import type { Io } from "./io.ts";

/** Writes a file and the folders above it. `keep` refuses when there is one already. */
export async function writeText(
  io: Pick<Io, "cwd" | "interrupted">,
  file: string,
  text: string,
  existing: "keep" | "replace",
): Promise<void> {
  const path = resolve(io.cwd, file);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: existing === "keep" ? "wx" : "w", signal: io.interrupted });
  } catch (error) {
    io.interrupted.throwIfAborted();
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    if (code === "EEXIST" && existing === "keep") {
      throw new FiredrillError("USAGE", `"${file}" is there already`, {
        hint: "nothing was changed; remove it first, or name another folder",
        cause: error,
      });
    }
    throw new FiredrillError("USAGE", `"${file}" cannot be written (${code})`, {
      hint: "check the path and its permissions",
      cause: error,
    });
  }
}
