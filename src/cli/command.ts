// One table a command: the parser, --help, docs/generated/cli.md and shell completion are made from it.
import { parseArgs } from "node:util";
import { FiredrillError } from "../core/errors.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import type { Io } from "./io.ts";

export interface OptionHelp {
  /** Long name without dashes. */
  readonly flag: string;
  readonly short?: string;
  /** What its value is called; without one it is a switch. */
  readonly value?: string;
  /** May be given more than once. */
  readonly multiple?: boolean;
  readonly description: string;
  /** What happens without it, in words: shown, never applied. */
  readonly default?: string;
}

export interface CommandHelp {
  readonly name: string;
  readonly summary: string;
  /** What follows `firedrill <name>`. */
  readonly usage: string;
  /** More than the summary, when there is more to say. */
  readonly details?: string;
  readonly options: readonly OptionHelp[];
  readonly examples: readonly { readonly line: string; readonly what: string }[];
  /** Exit codes it can end with, and when. */
  readonly exitCodes: readonly (readonly [code: number, when: string])[];
}

/** What a command's module exports. Its imports at the top must be light: heavy clients are imported within `run`. */
export interface Command {
  readonly help: CommandHelp;
  readonly run: (args: readonly string[], io: Io) => Promise<number>;
}

export interface ParsedOptions {
  readonly positionals: readonly string[];
  /** Was the switch given? */
  readonly on: (flag: string) => boolean;
  /** The value given, or undefined. */
  readonly text: (flag: string) => string | undefined;
  /** Every value given, of an option that may be repeated. */
  readonly list: (flag: string) => readonly string[];
}

/** Every command has it. */
const HELP_OPTION: OptionHelp = { flag: "help", short: "h", description: "print this" };

/** Arguments by a command's table; USAGE for anything that is not in it. */
export function parseOptions(help: CommandHelp, args: readonly string[]): ParsedOptions {
  const table = [...help.options, HELP_OPTION];
  const config = Object.fromEntries(
    table.map((option) => [
      option.flag,
      {
        type: option.value === undefined ? ("boolean" as const) : ("string" as const),
        ...(option.short === undefined ? {} : { short: option.short }),
      },
    ]),
  );
  // strict off: its errors speak neither of the command nor of what was meant.
  const { tokens } = parseArgs({ args: [...args], options: config, strict: false, allowPositionals: true, tokens: true });
  const given = new Map<string, readonly string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const option = table.find((candidate) => candidate.flag === token.name);
    if (option === undefined) throw unknownOption(help, token.rawName);
    if (option.value === undefined && token.value !== undefined) throw usage(help, `"${token.rawName}" takes no value`);
    if (option.value !== undefined && token.value === undefined) throw usage(help, `"${token.rawName}" needs a value: ${option.value}`);
    const before = given.get(option.flag);
    if (before !== undefined && option.value !== undefined && option.multiple !== true)
      throw usage(help, `"${token.rawName}" is given twice`);
    given.set(option.flag, [...(before ?? []), token.value ?? ""]);
  }
  const list = (flag: string): readonly string[] => given.get(flag) ?? [];
  return { positionals, on: (flag) => given.has(flag), list, text: (flag) => list(flag).at(-1) };
}

/** A USAGE error that points at the command's own help. */
export function usage(help: CommandHelp, message: string): FiredrillError {
  return new FiredrillError("USAGE", message, { hint: `run \`firedrill ${help.name} --help\`` });
}

function unknownOption(help: CommandHelp, rawName: string): FiredrillError {
  const near = didYouMean(
    rawName.replace(/^-+/, ""),
    help.options.map((option) => option.flag),
  );
  const hint = near === undefined ? `run \`firedrill ${help.name} --help\`` : `did you mean "--${near}"?`;
  return new FiredrillError("USAGE", `unknown option "${rawName}"`, { hint });
}

/** Of every command that takes playbooks. */
export const SET_OPTION: OptionHelp = { flag: "set", value: "NAME=VALUE", multiple: true, description: "set a parameter of the playbook" };

/** What `--help` prints. */
export function renderHelp(help: CommandHelp): string {
  const rows = [...help.options, HELP_OPTION].map(
    (option) => [optionText(option), `${option.description}${option.default === undefined ? "" : ` (default ${option.default})`}`] as const,
  );
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    `firedrill ${help.name}: ${help.summary}`,
    "",
    `Usage: firedrill ${help.name}${help.usage === "" ? "" : ` ${help.usage}`}`,
    ...(help.details === undefined ? [] : ["", help.details]),
    "",
    "Options:",
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`),
    ...(help.examples.length === 0 ? [] : ["", "Examples:", ...help.examples.flatMap(({ line, what }) => [`  ${line}`, `      ${what}`])]),
    "",
    "Exit codes:",
    ...help.exitCodes.map(([code, when]) => `  ${String(code).padEnd(4)}${when}`),
    "",
  ].join("\n");
}

/** `-o, --out FILE` */
export function optionText(option: OptionHelp): string {
  const long = `--${option.flag}${option.value === undefined ? "" : ` ${option.value}`}`;
  return option.short === undefined ? `    ${long}` : `-${option.short}, ${long}`;
}
