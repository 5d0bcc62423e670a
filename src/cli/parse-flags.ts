import { FiredrillError } from "../core/errors.ts";
import type { CommandHelp, ParsedOptions } from "./command.ts";

/** `--set name=value`, repeated, as a record. */
export function setFlags(options: ParsedOptions): Readonly<Record<string, string>> {
  const pairs = options.list("set").map((text): readonly [string, string] => {
    const at = text.indexOf("=");
    if (at < 1) throw new FiredrillError("USAGE", `--set "${text}" is not NAME=VALUE`, { hint: "for example: --set hold=5s" });
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

/** A whole number within bounds, or undefined when the option is absent. */
export function numberFlag(options: ParsedOptions, flag: string, min: number, max: number): number | undefined {
  const text = options.text(flag);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new FiredrillError("USAGE", `--${flag} "${text}" is not a whole number from ${min} to ${max}`);
  }
  return value;
}

/** `--members`: 1, 3 or 5. */
export function membersFlag(options: ParsedOptions): number | undefined {
  const members = numberFlag(options, "members", 1, 5);
  if (members !== undefined && members % 2 === 0) {
    throw new FiredrillError("USAGE", `--members ${members}: an even number of voters adds a way to fail and tolerates no more failures`, {
      hint: "use 1, 3 or 5",
    });
  }
  return members;
}

/** Refuses arguments behind a command that takes none, or too many. */
export function expectPositionals(help: CommandHelp, options: ParsedOptions, min: number, max: number): void {
  const count = options.positionals.length;
  if (count >= min && count <= max) return;
  const what = count < min ? "something is missing" : `"${options.positionals[max] ?? ""}" is one too many`;
  throw new FiredrillError("USAGE", `firedrill ${help.name}: ${what}`, { hint: `usage: firedrill ${help.name} ${help.usage}` });
}
