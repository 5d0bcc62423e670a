import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { FiredrillError } from "../core/errors.ts";
import { processStartTime } from "../util/process-identity.ts";

const ATTEMPTS = 200;

/** Runs a short synchronous piece of work while holding `file`; a lock left by a dead process is taken over. */
export function withFileLock<T>(file: string, work: () => T): T {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    let handle: number;
    try {
      handle = openSync(file, "wx", 0o600);
    } catch (error) {
      if (!(error instanceof Error) || (error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (isStale(file)) rmSync(file, { force: true });
      // Blocks for 10 ms: the holder does one append and is gone.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      continue;
    }
    try {
      writeSync(handle, `${process.pid} ${processStartTime(process.pid) ?? ""}`);
      return work();
    } finally {
      closeSync(handle);
      rmSync(file, { force: true });
    }
  }
  throw new FiredrillError("LOCKED", `"${file}" is held by another process`, { hint: "remove it if no firedrill runs" });
}

function isStale(file: string): boolean {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return false;
  }
  const [pid, startTime] = text.split(" ");
  if (pid === undefined || pid === "" || startTime === undefined) return false;
  return processStartTime(Number(pid)) !== startTime;
}
