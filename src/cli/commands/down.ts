import { FiredrillError } from "../../core/errors.ts";
import { EXIT } from "../../core/outcome.ts";
import { closeActive, holderLives, listActive } from "../../runner/state.ts";
import { type CommandHelp, parseOptions } from "../command.ts";
import type { Io } from "../io.ts";

export const help: CommandHelp = {
  name: "down",
  summary: "take a local target away",
  usage: "[options] [NAME…]",
  details: "Stops its members and supervisor and removes its folder with all data. Works also when the supervisor was killed.",
  options: [
    { flag: "all", description: "every local target" },
    { flag: "force", description: "also while a drill is running on it" },
  ],
  examples: [{ line: "firedrill down lab", what: "the opposite of: firedrill up --name lab" }],
  exitCodes: [
    [0, "gone"],
    [2, "no such target"],
    [5, "a drill is running on it"],
  ],
};

export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = parseOptions(help, args);
  const { listLocal } = await import("../../targets/local/list.ts");
  const { destroyLocal } = await import("../../targets/local/destroy.ts");
  const known = (await listLocal(io.home)).map(({ name }) => name);
  const only = known.length === 1 ? known : [];
  const names = options.on("all") ? known : options.positionals.length > 0 ? options.positionals : only;
  if (names.length === 0 && !options.on("all")) {
    throw new FiredrillError("USAGE", known.length === 0 ? "no local target is up" : "firedrill down: which one?", {
      hint: known.length === 0 ? "see: firedrill up" : `one of: ${known.join(", ")}, or --all`,
    });
  }
  for (const name of names) {
    const runs = listActive(io.home).filter((active) => active.target.name === name);
    const running = runs.find(holderLives);
    if (running !== undefined && !options.on("force")) {
      throw new FiredrillError("LOCKED", `run "${running.run}" is using local:${name}`, {
        hint: `end it first: firedrill stop ${running.run}`,
      });
    }
    const { stopped } = await destroyLocal(io.home, name, io.interrupted);
    for (const active of runs) closeActive(io.home, active.run);
    io.stdout.write(`local:${name} is gone (stopped ${stopped.join(", ") || "nothing: it was not running"})\n`);
  }
  return EXIT.passed;
}
