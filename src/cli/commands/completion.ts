import { FiredrillError } from "../../core/errors.ts";
import { EXIT } from "../../core/outcome.ts";
import { type CommandHelp, parseOptions } from "../command.ts";
import type { Io } from "../io.ts";
import { expectPositionals } from "../parse-flags.ts";
import { loadRegistry } from "../registry.ts";

export const help: CommandHelp = {
  name: "completion",
  summary: "print a completion script for bash, zsh or fish",
  usage: "bash|zsh|fish",
  options: [],
  examples: [
    { line: "source <(firedrill completion bash)", what: "for this shell; put the line into ~/.bashrc to keep it" },
    { line: "firedrill completion zsh > ~/.zfunc/_firedrill", what: "for zsh, in a folder of $fpath" },
    { line: "firedrill completion fish > ~/.config/fish/completions/firedrill.fish", what: "for fish" },
  ],
  exitCodes: [
    [0, "printed"],
    [2, "no such shell"],
  ],
};

/** Prints the script; it is made from the tables of all commands, so it knows what this version knows. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = parseOptions(help, args);
  expectPositionals(help, options, 1, 1);
  const [{ commands }, { bashScript, fishScript, zshScript }, registry] = await Promise.all([
    import("./index.ts"),
    import("../completion-script.ts"),
    loadRegistry(),
  ]);
  const helps = await Promise.all(commands.map(async (entry) => ({ summary: entry.summary, help: (await entry.load()).help })));
  const ids = [...registry.drills, ...registry.assertions, ...registry.probes].map(({ id }) => id).toSorted();
  const words = { explain: [...new Set(ids)], list: ["drills", "assertions", "probes", "targets"], completion: ["bash", "zsh", "fish"] };
  const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };
  const shell = options.positionals[0] ?? "";
  if (shell !== "bash" && shell !== "zsh" && shell !== "fish") {
    throw new FiredrillError("USAGE", `no completion for the shell "${shell}"`, { hint: "use bash, zsh or fish" });
  }
  io.stdout.write(
    scripts[shell](
      helps.map((entry) => ({ ...entry.help, summary: entry.summary })),
      words,
    ),
  );
  return EXIT.passed;
}
