// Runs the real command line in a home and reports folder of its own, and leaves nothing behind.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EventBody, RunEvent } from "../../../src/core/event.ts";
import type { RunRecord } from "../../../src/core/record.ts";

export const root: string = fileURLToPath(new URL("../../../", import.meta.url));
const bin = join(root, "bin", "firedrill.js");

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly output: () => string;
}

export interface Cli extends AsyncDisposable {
  readonly dir: string;
  readonly home: string;
  readonly reports: string;
  readonly env: NodeJS.ProcessEnv;
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
  readonly start: (args: readonly string[], options?: RunOptions) => Started;
  /** Writes a file into the temporary folder and gives its path. */
  readonly file: (name: string, text: string) => string;
  /** Folder of the newest run. */
  readonly newestRun: () => string;
  readonly record: () => RunRecord;
  /** Waits until the newest journal holds such an event. */
  readonly untilEvent: (wanted: (event: RunEvent) => boolean, options?: { readonly timeoutMs?: number }) => Promise<RunEvent>;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  readonly cwd?: string;
}

/** The events of a journal, a torn last line left out. */
export function eventsOf(dir: string): readonly RunEvent[] {
  const file = join(dir, "events.jsonl");
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line) as RunEvent);
}

export function eventsOfType<T extends EventBody["type"]>(dir: string, type: T): readonly Extract<RunEvent, { type: T }>[] {
  return eventsOf(dir).filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Pids of processes whose command line names `text`. */
export function processesNaming(text: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}

export function tempCli(): Cli {
  const dir = mkdtempSync(join(tmpdir(), "fd-e2e-"));
  const home = join(dir, "home");
  const reports = join(dir, "reports");
  const env: NodeJS.ProcessEnv = { ...process.env, FIREDRILL_HOME: home, FIREDRILL_REPORTS: reports, CI: "true", FIREDRILL_OFFLINE: "1" };
  const children = new Set<ChildProcess>();
  const start: Cli["start"] = (args, options = {}) => {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: options.cwd ?? root,
      env: { ...env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    children.add(child);
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    const ended = new Promise<Ended>((resolve) => {
      child.on("close", (code, signal) => {
        children.delete(child);
        resolve({ code, signal, stdout, stderr });
      });
    });
    return { child, ended, output: () => stdout + stderr };
  };
  const newestRun = (): string => {
    const runs = existsSync(reports) ? readdirSync(reports).filter((name) => /^\d{8}T/.test(name)) : [];
    // Ids sort by their second; several runs of one second do not happen in these tests.
    return join(reports, runs.toSorted().at(-1) ?? "none");
  };
  return {
    dir,
    home,
    reports,
    env,
    start,
    run: (args, options) => start(args, options).ended,
    file: (name, text) => {
      writeFileSync(join(dir, name), text);
      return join(dir, name);
    },
    newestRun,
    record: () => JSON.parse(readFileSync(join(newestRun(), "run.json"), "utf8")) as RunRecord,
    untilEvent: async (wanted, { timeoutMs = 60_000 } = {}) => {
      for (let waited = 0; waited < timeoutMs; waited += 20) {
        const found = eventsOf(newestRun()).find(wanted);
        if (found !== undefined) return found;
        await pause(20);
      }
      throw new Error(
        `no such event within ${timeoutMs} ms; the journal ends with ${JSON.stringify(
          eventsOf(newestRun())
            .filter(({ type }) => type !== "samples" && type !== "sentinel")
            .slice(-3),
        )}`,
      );
    },
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.kill("SIGKILL");
      await start(["down", "--all", "--force"]).ended;
      const left = processesNaming(dir);
      rmSync(dir, { recursive: true, force: true });
      if (left.length > 0) throw new Error(`processes are left: ${left.join(", ")}`);
    },
  };
}
