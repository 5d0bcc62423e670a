// What runs leave in Firedrill's home while they last: one file an open run, one lock a cluster, one stop request a run.
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FiredrillError } from "../core/errors.ts";
import { writeFileAtomic } from "../util/atomic-file.ts";
import { isObject, parseJson } from "../util/json.ts";
import { bootId, isAlive } from "../util/process-identity.ts";

export interface Holder {
  readonly run: string;
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
}

/** A run that has begun and not been closed: how `recover` and `stop` find it. */
export interface ActiveRun extends Holder {
  readonly journal: string;
  readonly playbook: string;
  readonly target: { readonly type: string; readonly name: string; readonly fingerprint: string; readonly throwAway: boolean };
}

/** True while the process that wrote this still runs: pid, start time and boot all match. */
export function holderLives(holder: Holder): boolean {
  return holder.bootId === bootId() && isAlive(holder.pid, holder.startTime);
}

/** Notes an open run, durably, before it touches anything. */
export function openActive(home: string, run: ActiveRun): void {
  writeFileAtomic(join(home, "active", `${run.run}.json`), `${JSON.stringify(run)}\n`);
}

/** Forgets a run that is closed or recovered. */
export function closeActive(home: string, run: string): void {
  for (const ending of ["json", "stop"]) rmSync(join(home, "active", `${run}.${ending}`), { force: true });
}

/** Runs begun and not closed, oldest first. */
export function listActive(home: string): readonly ActiveRun[] {
  const folder = join(home, "active");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .flatMap((name) => {
      const value = parseJson(readFileSync(join(folder, name), "utf8"));
      return isObject(value) && typeof value["run"] === "string" && typeof value["journal"] === "string"
        ? [value as unknown as ActiveRun]
        : [];
    });
}

/** Asks a running drill to stop and undo; it looks four times a second. */
export function requestStop(home: string, run: string, reason: string): void {
  writeFileAtomic(join(home, "active", `${run}.stop`), `${reason}\n`);
}

/** The reason given to `requestStop`, or null. */
export function stopRequested(home: string, run: string): string | null {
  const file = join(home, "active", `${run}.stop`);
  return existsSync(file) ? readFileSync(file, "utf8").trim() : null;
}

export interface Lock extends Disposable {
  readonly file: string;
}

/** One run for each cluster on this machine. A lock whose holder is gone is taken over. Throws LOCKED naming the holder. */
export function lockCluster(home: string, fingerprint: string, holder: Holder): Lock {
  const folder = join(home, "locks");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${fingerprint.slice(0, 32)}.lock`);
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(holder), { mode: 0o600 });
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        // link(2) fails when the name exists: the one atomic test-and-set every file system has.
        linkSync(mine, file);
        return { file, [Symbol.dispose]: () => rmSync(file, { force: true }) };
      } catch (error) {
        if (!isErrno(error, "EEXIST") || attempt > 3) throw error;
        const other = readHolder(file);
        if (other !== null && holderLives(other)) {
          throw new FiredrillError("LOCKED", `run "${other.run}" (pid ${other.pid}) is using this cluster`, {
            hint: `wait for it, or end it with: firedrill stop ${other.run}`,
          });
        }
        rmSync(file, { force: true });
      }
    }
  } finally {
    unlinkSync(mine);
  }
}

/** Who holds a cluster now; null when nobody does or the holder is gone. */
export function lockHolder(home: string, fingerprint: string): Holder | null {
  const holder = readHolder(join(home, "locks", `${fingerprint.slice(0, 32)}.lock`));
  return holder !== null && holderLives(holder) ? holder : null;
}

function readHolder(file: string): Holder | null {
  if (!existsSync(file)) return null;
  const value = parseJson(readFileSync(file, "utf8"));
  return isObject(value) && typeof value["pid"] === "number" && typeof value["run"] === "string" ? (value as unknown as Holder) : null;
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
