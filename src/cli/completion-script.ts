// Shell completion as text. Words come from our own tables, but are quoted all the same: a summary may hold an apostrophe.
import type { CommandHelp, OptionHelp } from "./command.ts";

/** Fixed words a command takes, by command; every other argument completes to files. */
export type CommandWords = Readonly<Record<string, readonly string[]>>;

const HELP: OptionHelp = { flag: "help", short: "h", description: "print help" };

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function optionsOf(command: CommandHelp): readonly OptionHelp[] {
  return [...command.options, HELP];
}

/** For bash 4 and newer. */
export function bashScript(commands: readonly CommandHelp[], words: CommandWords): string {
  const branches = commands.flatMap((command) => {
    const flags = optionsOf(command).map((option) => `--${option.flag}`);
    const own = words[command.name] ?? [];
    const valued = command.options
      .filter((option) => option.value !== undefined)
      .map((option) => (option.short === undefined ? `--${option.flag}` : `--${option.flag} -${option.short}`));
    return [
      `    ${command.name})`,
      `      flags=${quoted(flags.join(" "))}; words=${quoted(own.join(" "))}; valued=${quoted(` ${valued.join(" ")} `)} ;;`,
    ];
  });
  return [
    "# firedrill completion for bash",
    "_firedrill() {",
    "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} flags='' words='' valued=''",
    "  COMPREPLY=()",
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    mapfile -t COMPREPLY < <(compgen -W ${quoted(commands.map((command) => command.name).join(" "))} -- "$cur")`,
    "    return",
    "  fi",
    '  case "${COMP_WORDS[1]}" in',
    ...branches,
    "    *) return ;;",
    "  esac",
    '  if [[ "$valued" == *" $prev "* ]]; then',
    '    mapfile -t COMPREPLY < <(compgen -f -- "$cur")',
    '  elif [[ "$cur" == -* ]]; then',
    '    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$cur")',
    '  elif [ -n "$words" ]; then',
    '    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")',
    "  else",
    '    mapfile -t COMPREPLY < <(compgen -f -- "$cur")',
    "  fi",
    "}",
    "complete -o filenames -F _firedrill firedrill",
    "",
  ].join("\n");
}

/** For zsh, as a function in a folder of $fpath or sourced. */
export function zshScript(commands: readonly CommandHelp[], words: CommandWords): string {
  const plain = (text: string): string => text.replaceAll(/[[\]:\\]/g, (char) => `\\${char}`);
  const branches = commands.flatMap((command) => {
    const options = optionsOf(command).map((option) => {
      const many = option.multiple === true ? "*" : "";
      return quoted(
        `${many}--${option.flag}[${plain(option.description)}]${option.value === undefined ? "" : `:${plain(option.value)}:_files`}`,
      );
    });
    const own = words[command.name];
    const rest = own === undefined ? quoted("*:file:_files") : quoted(`*:word:(${own.join(" ")})`);
    return [`        ${command.name}) _arguments ${[...options, rest].join(" ")} ;;`];
  });
  return [
    "#compdef firedrill",
    "# firedrill completion for zsh",
    "_firedrill() {",
    "  local -a commands",
    "  commands=(",
    ...commands.map((command) => `    ${quoted(`${command.name}:${command.summary}`)}`),
    "  )",
    "  local curcontext=$curcontext state line",
    "  _arguments -C '1: :->command' '*:: :->rest'",
    "  case $state in",
    "    command) _describe -t commands 'firedrill command' commands ;;",
    "    rest)",
    "      case $line[1] in",
    ...branches,
    "      esac ;;",
    "  esac",
    "}",
    // Sourced: register. Autoloaded from $fpath: run.
    'if [ "$funcstack[1]" = "_firedrill" ]; then _firedrill "$@"; else compdef _firedrill firedrill; fi',
    "",
  ].join("\n");
}

/** For fish. */
export function fishScript(commands: readonly CommandHelp[], words: CommandWords): string {
  const text = (value: string): string => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const names = commands.map((command) => command.name).join(" ");
  return [
    "# firedrill completion for fish",
    `complete -c firedrill -n ${text(`not __fish_seen_subcommand_from ${names}`)} -f`,
    ...commands.map((command) => `complete -c firedrill -n __fish_use_subcommand -a ${command.name} -d ${text(command.summary)}`),
    ...commands.flatMap((command) => {
      const when = `-n ${text(`__fish_seen_subcommand_from ${command.name}`)}`;
      const options = optionsOf(command).map((option) => {
        const short = option.short === undefined ? "" : ` -s ${option.short}`;
        return `complete -c firedrill ${when} -l ${option.flag}${short}${option.value === undefined ? "" : " -r"} -d ${text(option.description)}`;
      });
      const own = words[command.name];
      return own === undefined ? options : [...options, `complete -c firedrill ${when} -f -a ${text(own.join(" "))}`];
    }),
    "",
  ].join("\n");
}
