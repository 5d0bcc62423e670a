// The one place that runs other programs to their end. Arguments are arrays: there is no shell, so nothing is ever interpreted.
import { existsSync } from "node:fs";
import { FiredrillError } from "../../core/errors.ts";
import { redact } from "../../util/redact.ts";

/** A program that ended: what was run and what came of it, fit for a journal or a bug report. */
export interface ToolResult {
  readonly argv: readonly string[];
  readonly exitCode: number;
  readonly stdout: string;
  /** The last 4 KiB of standard error, secrets taken out. */
  readonly stderrTail: string;
  readonly tookMs: number;
}

export interface ToolOptions {
  readonly cwd?: string;
  /** Added to our own environment; an undefined value takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Longest the program may run, in milliseconds; then it gets SIGTERM, and SIGKILL five seconds later. */
  readonly timeoutMs: number;
  /** Gives the result of a program that ended with an error instead of throwing TOOL_FAILED. */
  readonly allowFailure?: boolean;
}

const STDERR_TAIL_CHARS = 4096;
const STDOUT_MAX_CHARS = 16 * 1024 * 1024;
const KILL_AFTER_MS = 5000;

/** Runs a program to its end. Throws TOOL_MISSING, TOOL_FAILED or TIMED_OUT, or the signal's reason when aborted. */
export async function runTool(file: string, args: readonly string[], options: ToolOptions, signal: AbortSignal): Promise<ToolResult> {
  signal.throwIfAborted();
  // Loaded when first needed: it costs a tenth of a second that `firedrill validate` does not have to spend.
  const { execa } = await import("execa");
  const result = await execa(file, args, {
    reject: false,
    stdin: "ignore",
    cancelSignal: signal,
    timeout: options.timeoutMs,
    forceKillAfterDelay: KILL_AFTER_MS,
    maxBuffer: STDOUT_MAX_CHARS,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  signal.throwIfAborted();
  const argv = [file, ...args];
  const stderrTail = redact(result.stderr.slice(-STDERR_TAIL_CHARS));
  if (result.timedOut) {
    throw new FiredrillError(
      "TIMED_OUT",
      `"${shown(argv)}" took longer than ${options.timeoutMs} ms and was ended${lastLines(stderrTail)}`,
    );
  }
  if (result.exitCode === undefined && result.signal === undefined) throw notStarted(file, options, result.code, result.cause);
  const exitCode = result.exitCode ?? -1;
  const ended: ToolResult = { argv, exitCode, stdout: result.stdout, stderrTail, tookMs: Math.round(result.durationMs) };
  if (result.failed && options.allowFailure !== true) {
    const how = result.signal === undefined ? `exit code ${exitCode}` : result.signal;
    throw new FiredrillError("TOOL_FAILED", `"${shown(argv)}" ended with ${how}${lastLines(stderrTail)}`, {
      hint: "run the same command by hand to see all of its output",
    });
  }
  return ended;
}

/** A command line that can be pasted into a shell: every argument that needs quotes has them, and secrets are taken out. */
export function printArgv(argv: readonly string[]): string {
  return redact(argv.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`)).join(" "));
}

function shown(argv: readonly string[]): string {
  const text = printArgv(argv);
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}

function notStarted(file: string, options: ToolOptions, code: string | undefined, cause: unknown): FiredrillError {
  if (options.cwd !== undefined && !existsSync(options.cwd)) {
    return new FiredrillError("DATA_DIR_UNUSABLE", `cannot run "${file}" in "${options.cwd}": there is no such folder`, { cause });
  }
  if (code === "ENOENT") {
    return new FiredrillError("TOOL_MISSING", `there is no program "${file}" on this machine`, {
      hint: `install it, or put it on PATH`,
      cause,
    });
  }
  const why = code === "EACCES" ? "it is not executable" : (code ?? "the system refused");
  return new FiredrillError("TOOL_FAILED", `"${file}" could not be started: ${why}`, { hint: `check the file's mode and format`, cause });
}

function lastLines(stderr: string): string {
  const lines = stderr.trim().split("\n").slice(-5).join("\n").trim();
  return lines === "" ? "" : `: ${lines}`;
}
