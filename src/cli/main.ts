// The process: argv in, exit code out. The only place that makes an Io from the real thing.
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { FiredrillError } from "../core/errors.ts";
import { EXIT } from "../core/outcome.ts";
import { type Command, parseOptions, renderHelp } from "./command.ts";
import { commands, findCommand } from "./commands/index.ts";
import type { Io, Sink } from "./io.ts";
import { renderError } from "./render-error.ts";
import { listenForSignals } from "./signals.ts";
import { version } from "./version.ts";

/** Runs the command line of this process and sets its exit code. */
export async function main(): Promise<void> {
  const io = processIo();
  process.exitCode = await runCli(process.argv.slice(2), io);
  // A worker or a socket that is still open must not keep a finished command alive.
  process.stdout.write("", () => process.exit());
}

/** Runs one command line; never throws. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  try {
    const [name, ...args] = argv;
    if (name === undefined || name === "--help" || name === "-h" || (name === "help" && args.length === 0)) {
      io.stdout.write(overview());
      return name === undefined ? EXIT.usage : EXIT.passed;
    }
    if (name === "--version" || name === "-V") {
      io.stdout.write(`firedrill ${version()}\n`);
      return EXIT.passed;
    }
    const command = await findCommand(name === "help" ? (args[0] ?? "") : name);
    if (name === "help" || wantsHelp(command, args)) {
      io.stdout.write(renderHelp(command.help));
      return EXIT.passed;
    }
    return await command.run(args, io);
  } catch (error) {
    return renderError(error, io);
  }
}

function wantsHelp(command: Command, args: readonly string[]): boolean {
  const before = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  if (!before.includes("--help") && !before.includes("-h")) return false;
  // An unknown option beside --help is still worth an answer.
  try {
    return parseOptions(command.help, args).on("help");
  } catch (error) {
    if (error instanceof FiredrillError) return true;
    throw error;
  }
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `firedrill ${version()} - drills for etcd and Kubernetes: break it, show that it broke, measure the recovery, put it back, keep the evidence`,
    "",
    "Usage: firedrill COMMAND [options]",
    "",
    "Commands:",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "Start with:  firedrill demo",
    "One command: firedrill COMMAND --help",
    "",
  ].join("\n");
}

function processIo(): Io {
  const { env } = process;
  const sink = (stream: NodeJS.WriteStream): Sink => ({
    write: (text) => void stream.write(text),
    get columns() {
      return stream.columns ?? 80;
    },
  });
  // A reader that went away (`firedrill run | head`) must not end a run before it is undone.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const stderr = sink(process.stderr);
  const isTTY = process.stdout.isTTY === true && (env["CI"] ?? "") === "" && env["TERM"] !== "dumb";
  return {
    stdout: sink(process.stdout),
    stderr,
    stdin: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
      return Buffer.concat(chunks);
    },
    ask: async (question, signal) => {
      if (process.stdin.isTTY !== true)
        throw new FiredrillError("USAGE", "a manual step needs a person at a terminal, and standard input is none", {
          hint: "run it in a terminal, or leave the step out",
        });
      const reader = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await reader.question(`${question}\n> `, { signal });
      } finally {
        reader.close();
      }
    },
    env,
    cwd: process.cwd(),
    isTTY,
    color: isTTY && (env["NO_COLOR"] ?? "") === "",
    home: env["FIREDRILL_HOME"] ?? join(env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"), "firedrill"),
    user: userName(),
    interrupted: listenForSignals((line) => stderr.write(line)),
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // No entry in the password file, as in some containers.
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
