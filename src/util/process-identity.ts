// A pid alone names nobody: numbers are used again. Pid and start time together do, within one boot (proc(5), field 22 of stat).
import { readFileSync } from "node:fs";

/** Field 22 of /proc/PID/stat: clock ticks since boot when the process started; null when there is no such process. */
export function processStartTime(pid: number): string | null {
  return statField(pid, 22);
}

/** Field 3 of /proc/PID/stat: R, S, D, T (stopped), Z (zombie) …; null when there is no such process. */
export function processState(pid: number): string | null {
  return statField(pid, 3);
}

/** True while this very process lives; a zombie counts as gone. */
export function isAlive(pid: number, startTime: string): boolean {
  return processStartTime(pid) === startTime && processState(pid) !== "Z";
}

/** Changes with every boot of the machine (/proc/sys/kernel/random/boot_id); "unknown" where there is none. */
export function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "unknown";
  }
}

function statField(pid: number, field: number): string | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
  // The second field is the command in parentheses and may hold spaces: count from behind it.
  const rest = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return rest[field - 3] ?? null;
}

/** Sends a signal to exactly this process; false when it is gone, so that a pid that was used again is never hit. */
export function signalExactly(pid: number, startTime: string, signal: NodeJS.Signals): boolean {
  if (!isAlive(pid, startTime)) return false;
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Resident memory in bytes (VmRSS of /proc/PID/status); null when there is no such process. */
export function residentBytes(pid: number): number | null {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kib === undefined ? null : Number(kib) * 1024;
  } catch {
    return null;
  }
}

/** The arguments a process was started with; empty when there is no such process or it is not ours to see. */
export function processArguments(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  } catch {
    return [];
  }
}
