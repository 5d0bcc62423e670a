import { EXIT } from "../../core/outcome.ts";
import { type CommandHelp, parseOptions } from "../command.ts";
import type { Io } from "../io.ts";
import { expectPositionals } from "../parse-flags.ts";
import { loadRegistry } from "../registry.ts";

export const help: CommandHelp = {
  name: "schema",
  summary: "print the JSON Schema of playbooks, for editors",
  usage: "[options]",
  details: "Editors with YAML support use it when a playbook begins with: # yaml-language-server: $schema=PATH",
  options: [{ flag: "out", short: "o", value: "FILE", description: "write it to a file instead" }],
  examples: [{ line: "firedrill schema --out playbook.schema.json", what: "writes the schema next to your playbooks" }],
  exitCodes: [
    [0, "printed or written"],
    [2, "the file cannot be written"],
  ],
};

/** Prints the schema, or writes it. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = parseOptions(help, args);
  expectPositionals(help, options, 0, 0);
  const [{ playbookJsonSchema }, registry] = await Promise.all([import("../../playbook/json-schema.ts"), loadRegistry()]);
  const text = `${JSON.stringify(playbookJsonSchema(registry), null, 2)}\n`;
  const out = options.text("out");
  if (out === undefined) {
    io.stdout.write(text);
    return EXIT.passed;
  }
  const { writeText } = await import("../write-text.ts");
  await writeText(io, out, text, "replace");
  io.stderr.write(`wrote ${out}\n`);
  return EXIT.passed;
}
