// The end of a run in a terminal: verdict, objectives, recoveries, data.
import type { Outcome, Verdict } from "../core/outcome.ts";
import type { RunRecord } from "../core/record.ts";
import { dataFinding } from "./data-finding.ts";
import { clip, oneLine } from "./escape.ts";
import { formatRecovery, furtherReasons, OUTCOME_SIGN, RECOVERY_TITLE, sentenceAlone, VERDICT_SIGN } from "./format.ts";

export interface SummaryOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

type Paint = (text: string, colour: Colour) => string;

/** SGR codes (ECMA-48). */
const COLOUR = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;
type Colour = keyof typeof COLOUR;

const OUTCOME_COLOUR: Readonly<Record<Outcome, Colour>> = {
  passed: "green",
  failed: "red",
  inconclusive: "yellow",
  refused: "yellow",
  aborted: "yellow",
  error: "red",
};
const VERDICT_COLOUR: Readonly<Record<Verdict, Colour>> = { met: "green", missed: "red", inconclusive: "yellow" };

/** A space to break at: not the one between a number and its unit. */
const BREAK = /(?<!\d) | (?!(?:ms|s|min|h|%)(?![a-z]))/;
const NARROWEST = 40;
const INDENT = "  ";
const LONGEST_VERDICT = "inconclusive".length;

/** Several lines, each ending in a newline and none wider than `width` (words longer than that excepted). */
export function renderSummary(record: RunRecord, options: SummaryOptions): string {
  const width = Math.max(NARROWEST, options.width);
  const escape = String.fromCodePoint(0x1b);
  const paint: Paint = options.color ? (text, colour) => `${escape}[${COLOUR[colour]}m${text}${escape}[0m` : (text) => text;
  const blocks = [
    verdict(record, width, paint),
    objectives(record, width, paint),
    recoveries(record, width, paint),
    data(record, width, paint),
    limits(record, width),
  ];
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.map((line) => `${line}\n`).join(""))
    .join("\n");
}

/** What the programs found on this machine cannot do: it may explain the verdict. */
function limits(record: RunRecord, width: number): readonly string[] {
  const found = record.facts?.limits ?? [];
  return found.length === 0 ? [] : ["Limits of what was found here", ...found.flatMap((limit) => wrap(limit, width, INDENT, "- "))];
}

function verdict(record: RunRecord, width: number, paint: Paint): readonly string[] {
  const word = `${OUTCOME_SIGN[record.outcome]} ${record.outcome.toUpperCase()}`;
  const lines = [paint(paint(word, OUTCOME_COLOUR[record.outcome]), "bold"), ...wrap(sentenceAlone(record), width, INDENT)];
  for (const reason of furtherReasons(record).slice(0, 5)) lines.push(...wrap(reason, width, INDENT, "- "));
  if (record.leftBroken) {
    lines.push(
      ...wrap(`LEFT BROKEN: put it back with firedrill recover ${record.run.run}`, width, INDENT).map((line) => paint(line, "red")),
    );
  }
  if (!record.complete)
    lines.push(
      ...wrap(`Incomplete: ${record.journal.problem ?? "the journal has no seal"}`, width, INDENT).map((line) => paint(line, "yellow")),
    );
  return lines;
}

function objectives(record: RunRecord, width: number, paint: Paint): readonly string[] {
  if (record.objectives.length === 0) return [];
  const promise = column(
    record.objectives.map((one) => one.promise),
    width,
  );
  return [
    paint("Objectives", "bold"),
    ...record.objectives.flatMap((one) => {
      const badge = paint(`${VERDICT_SIGN[one.verdict]} ${one.verdict.padEnd(LONGEST_VERDICT)}`, VERDICT_COLOUR[one.verdict]);
      const start = `${INDENT}${VERDICT_SIGN[one.verdict]} ${one.verdict.padEnd(LONGEST_VERDICT)}  ${promise(one.promise)}  `;
      const room = Math.max(10, width - start.length);
      const value = oneLine(one.measured);
      const row = `${INDENT}${badge}  ${promise(one.promise)}  ${value.length > room ? `${value.slice(0, room - 1)}…` : value}`;
      return one.verdict === "met" ? [row] : [row, ...wrap(one.because, width, INDENT.repeat(2)).map((line) => paint(line, "dim"))];
    }),
  ];
}

function recoveries(record: RunRecord, width: number, paint: Paint): readonly string[] {
  const faults = record.steps.filter((step) => step.recoveries.length > 0);
  return faults.flatMap((step, index) => [
    ...(index === 0 ? [paint("Recovery, from the fault", "bold")] : []),
    ...wrap([step.name, step.victims.length === 0 ? "" : `(${step.victims.join(", ")})`].join(" "), width, INDENT),
    ...step.recoveries.flatMap((recovery) => {
      const title = RECOVERY_TITLE[recovery.kind].padEnd("Redundancy restored".length);
      const value = formatRecovery(recovery);
      return recovery.measured === null
        ? wrap(`${title}  ${value}: ${recovery.why}`, width, INDENT.repeat(2))
        : [`${INDENT.repeat(2)}${title}  ${value}`];
    }),
  ]);
}

function data(record: RunRecord, width: number, paint: Paint): readonly string[] {
  return record.data === null ? [] : [paint("Data", "bold"), ...wrap(dataFinding(record.data), width, INDENT)];
}

/** A column as wide as its widest cell, but never wider than a third of the terminal. */
function column(cells: readonly string[], width: number): (cell: string) => string {
  const most = Math.floor(width / 3);
  const widest = Math.min(most, Math.max(...cells.map((cell) => oneLine(cell).length)));
  return (cell) => {
    const text = oneLine(cell);
    return text.length > widest ? `${text.slice(0, widest - 1)}…` : text.padEnd(widest);
  };
}

function wrap(text: string, width: number, indent: string, bullet = ""): readonly string[] {
  const room = width - indent.length - bullet.length;
  const lines: string[] = [];
  let line = "";
  for (const word of clip(oneLine(text), 1000).split(BREAK)) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((one, index) => `${indent}${index === 0 ? bullet : " ".repeat(bullet.length)}${one}`);
}
