// A run as a comment on a pull request or a CI job's summary: verdict first, details folded.
import type { ObjectiveResult, RunRecord, StepResult } from "../core/record.ts";
import { measuredText } from "../measure/words.ts";
import { formatDuration } from "../util/duration.ts";
import { dataFinding } from "./data-finding.ts";
import { escapeMarkdown, markdownCode } from "./escape.ts";
import {
  environmentWord,
  formatCount,
  formatInstant,
  formatMoment,
  formatRecovery,
  formatShare,
  furtherReasons,
  NO_VALUE,
  OUTCOME_MEANING,
  OUTCOME_SIGN,
  probeLabel,
  RECOVERY_TITLE,
  sentenceAlone,
  VERDICT_SIGN,
} from "./format.ts";
import { momentsOf } from "./phases.ts";

/** GitHub takes 65 536 characters in a comment; other places take less than they say. Bytes. */
const LARGEST_BYTES = 60_000;

export function renderMarkdown(record: RunRecord): string {
  const parts = [
    head(record),
    objectives(record),
    data(record),
    deviations(record),
    recoveries(record),
    timelineOf(record),
    acts(record),
    probes(record),
    checks(record),
  ];
  const last = footer(record);
  let text = "";
  let left = 0;
  for (const part of parts) {
    if (part === "") continue;
    if (Buffer.byteLength(text) + Buffer.byteLength(part) + Buffer.byteLength(last) > LARGEST_BYTES - 200) left += 1;
    else text += `${part.trimEnd()}\n\n`;
  }
  if (left > 0) text += `${left} further ${left === 1 ? "part does" : "parts do"} not fit here; see report.html.\n\n`;
  return text + last;
}

function head(record: RunRecord): string {
  const { run } = record;
  const lines = [
    `### ${OUTCOME_SIGN[record.outcome]} ${escapeMarkdown(run.playbook.title.slice(0, 200))}: ${record.outcome}`,
    "",
    `**${text(sentenceAlone(record))}** ${OUTCOME_MEANING[record.outcome]}`,
    "",
  ];
  if (record.leftBroken) lines.push(`> **Left broken.** Put it back with ${markdownCode(`firedrill recover ${run.run}`)}.`, "");
  if (!record.complete) lines.push(`> **Incomplete record:** ${text(record.journal.problem ?? "the journal has no seal")}.`, "");
  if (record.aborted !== null) lines.push(`> **Stopped early** by ${record.aborted.by}: ${text(record.aborted.reason)}`, "");
  const reasons = furtherReasons(record)
    .slice(0, 10)
    .map((reason) => `- ${text(reason)}`);
  if (reasons.length > 0) lines.push(...reasons, "");
  return lines.join("\n");
}

function objectives(record: RunRecord): string {
  if (record.objectives.length === 0) return "";
  const row = (objective: ObjectiveResult): readonly string[] => [
    text(objective.promise),
    text(objective.measured),
    objective.verdict === "met" ? `${VERDICT_SIGN.met} met` : `**${VERDICT_SIGN[objective.verdict]} ${objective.verdict}**`,
    text(objective.because),
    objective.spec.source === null ? NO_VALUE : text(objective.spec.source),
  ];
  return table(["Promise", "Measured", "Verdict", "Why", "Set by"], record.objectives.map(row));
}

function data(record: RunRecord): string {
  return record.data === null ? "" : `Data: ${text(dataFinding(record.data))}\n`;
}

/** What went otherwise than planned, such as a dead-man timer that fired because nobody came. */
function deviations(record: RunRecord): string {
  const found = record.notes.filter(({ kind }) => kind === "deviation").slice(0, 10);
  return found.length === 0 ? "" : ["**Deviations from the plan**", "", ...found.map((note) => `- ${text(note.text)}`)].join("\n");
}

function recoveries(record: RunRecord): string {
  const rows = record.steps.flatMap((step) =>
    step.recoveries.map((recovery) => [
      text(step.name),
      RECOVERY_TITLE[recovery.kind],
      formatRecovery(recovery),
      recovery.sinceRepairMs === null ? NO_VALUE : formatDuration(recovery.sinceRepairMs),
    ]),
  );
  return folded("Recoveries", rows.length === 0 ? "" : table(["Fault", "Recovery", "From the fault", "From repair"], rows));
}

function timelineOf(record: RunRecord): string {
  const rows = momentsOf(record).map((moment) => [formatMoment(moment.atMs), text(moment.text)]);
  return folded("Timeline", rows.length === 0 ? "" : table(["At", "What"], rows));
}

function acts(record: RunRecord): string {
  const rows = record.steps.flatMap((step) =>
    step.acts.map((act) => [formatMoment(act.startedAtMs), act.phase, code(act.exact), act.ok ? "✓ done" : "**✗ failed**"]),
  );
  const proofs = record.steps.flatMap(proof);
  if (rows.length + proofs.length === 0) return "";
  return folded(
    "What was done",
    `${rows.length === 0 ? "" : table(["At", "What", "Exact command", "Result"], rows)}${proofs.map((line) => `- ${line}\n`).join("")}`,
  );
}

function proof(step: StepResult): readonly string[] {
  const lines: string[] = [];
  if (step.effect !== null)
    lines.push(`${text(step.name)}: ${step.effect.proved ? "✓ effect proved" : "**? effect not proved**"}: ${text(step.effect.because)}`);
  if (step.undo !== null)
    lines.push(
      `${text(step.name)}: ${step.undo.verified ? "✓ taken back" : "**✗ not verified as taken back**"}: ${text(step.undo.because)}`,
    );
  if (step.problem !== null) lines.push(`${text(step.name)}: **✗** ${text(step.problem)}`);
  return lines;
}

function probes(record: RunRecord): string {
  const rows = record.probes.map((probe) => [
    text(probeLabel(probe)),
    formatCount(probe.ok),
    formatCount(probe.failed),
    formatCount(probe.notSampled),
    probe.longestGap === null ? NO_VALUE : measuredText(probe.longestGap),
    formatShare(probe.availability),
  ]);
  return folded("Probes", rows.length === 0 ? "" : table(["Probe", "ok", "failed", "not sampled", "Longest gap", "Availability"], rows));
}

function checks(record: RunRecord): string {
  const rows = record.assertions.map((one) => [text(one.title), one.phase, one.ok ? "✓ holds" : "**✗ does not hold**", text(one.observed)]);
  return folded("Checks", rows.length === 0 ? "" : table(["Check", "When", "Result", "Seen"], rows));
}

function footer(record: RunRecord): string {
  const { run } = record;
  const shown = record.notShown.slice(0, 12).map((line) => `- ${text(line)}`);
  const limits = folded("What this report does not show", shown.length === 0 ? "" : `${shown.join("\n")}\n`);
  return `${limits}
<sub>${environmentWord(run.target)} target ${text(run.target.name)} · ${formatInstant(record.startedAt)} · ${formatDuration(record.durationMs)} · run ${code(run.run)} · playbook ${code(run.playbook.sha256.slice(0, 16))} · journal head ${code(record.journal.head.slice(0, 16))}</sub>
`;
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return `${line(columns)}${line(columns.map(() => "---"))}${rows.map(line).join("")}\n`;
}

function folded(title: string, body: string): string {
  return body === "" ? "" : `<details><summary>${title}</summary>\n\n${body.trimEnd()}\n\n</details>\n`;
}

/** Long texts are whole in the HTML report. */
function text(value: string): string {
  return escapeMarkdown(cut(value));
}

function code(value: string): string {
  return markdownCode(cut(value));
}

function cut(value: string): string {
  return value.length <= 300 ? value : `${value.slice(0, 300)}…`;
}
