import { FiredrillError } from "../../core/errors.ts";
import { EXIT } from "../../core/outcome.ts";
import { type CommandHelp, parseOptions } from "../command.ts";
import type { Io } from "../io.ts";
import { expectPositionals } from "../parse-flags.ts";
import { loadRegistry } from "../registry.ts";

export const help: CommandHelp = {
  name: "explain",
  summary: "explain a drill, an assertion, a probe or a field of the playbook",
  usage: "NAME",
  options: [{ flag: "markdown", description: "print Markdown" }],
  examples: [
    { line: "firedrill explain etcd-member-crash", what: "what it breaks, its parameters, what counts as done, what puts it back" },
    { line: "firedrill explain spec.guards", what: "the fields of a part of the playbook" },
  ],
  exitCodes: [
    [0, "explained"],
    [2, "nothing of that name"],
  ],
};

/** Prints what is known of a name. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = parseOptions(help, args);
  expectPositionals(help, options, 1, 1);
  const subject = options.positionals[0] ?? "";
  const [{ explain, explainHint, explanationMarkdown, explanationText }, registry] = await Promise.all([
    import("../../playbook/explain.ts"),
    loadRegistry(),
  ]);
  const found = explain(subject, registry);
  if (found.length === 0) throw new FiredrillError("USAGE", `nothing is called "${subject}"`, { hint: explainHint(subject, registry) });
  const texts = found.map((one) => (options.on("markdown") ? `${explanationMarkdown(one, 2)}\n` : explanationText(one)));
  io.stdout.write(texts.join("\n"));
  return EXIT.passed;
}
