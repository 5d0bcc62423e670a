import { FiredrillError } from "../../core/errors.ts";
import { EXIT } from "../../core/outcome.ts";
import { holderLives, listActive, requestStop } from "../../runner/state.ts";
import { deadline, sleep } from "../../util/clock.ts";
import { type CommandHelp, parseOptions } from "../command.ts";
import type { Io } from "../io.ts";
import { expectPositionals } from "../parse-flags.ts";

export const help: CommandHelp = {
  name: "stop",
  summary: "end a running drill and have it undo",
  usage: "[options] [RUN]",
  details:
    "The runner notices within a second, undoes what is in under its own deadline, and reports. Without RUN, the only running drill is meant.",
  options: [
    { flag: "all", description: "stop every running drill of this user" },
    { flag: "reason", value: "TEXT", description: "why, for the report", default: "asked by the login name" },
    { flag: "wait", description: "wait until they have undone and ended" },
  ],
  examples: [{ line: "firedrill stop --reason 'customers call'", what: "emergency stop" }],
  exitCodes: [
    [0, "asked (with --wait: ended)"],
    [2, "no such run"],
  ],
};

const WAIT_BUDGET_MS = 600_000;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = parseOptions(help, args);
  expectPositionals(help, options, 0, 1);
  const wanted = options.positionals[0];
  const running = listActive(io.home).filter(holderLives);
  const chosen = wanted === undefined ? running : running.filter(({ run: id }) => id === wanted || id.endsWith(wanted));
  if (chosen.length === 0) {
    throw new FiredrillError("RUN_UNKNOWN", wanted === undefined ? "no drill is running" : `no running drill "${wanted}"`, {
      hint:
        running.length === 0
          ? "see: firedrill status; for a killed run: firedrill recover"
          : `running: ${running.map(({ run: id }) => id).join(", ")}`,
    });
  }
  if (chosen.length > 1 && !options.on("all")) {
    throw new FiredrillError("USAGE", `${chosen.length} drills are running`, {
      hint: `name one, or use --all: ${chosen.map(({ run: id }) => id).join(", ")}`,
    });
  }
  for (const active of chosen) {
    requestStop(io.home, active.run, options.text("reason") ?? `asked by ${io.user}`);
    io.stdout.write(`asked ${active.run} to stop\n`);
  }
  if (!options.on("wait")) return EXIT.passed;
  using budget = deadline("waiting for the drills to end", WAIT_BUDGET_MS, io.interrupted);
  while (chosen.some(holderLives)) await sleep(100, budget.signal);
  io.stdout.write("ended\n");
  return EXIT.passed;
}
