// What was done to the target, to the letter, and what took it back.
import type { Act, ActPhase } from "../core/event.ts";
import type { RunRecord, StepResult } from "../core/record.ts";
import { formatDuration } from "../util/duration.ts";
import type { Json } from "../util/json.ts";
import { clip } from "./escape.ts";
import { formatJson, formatMoment } from "./format.ts";
import { type Cell, code, holdsBadge, paragraph, section, table, withNote } from "./html-parts.ts";
import { type Markup, markup } from "./markup.ts";

const PHASE_WORD: Readonly<Record<ActPhase, string>> = {
  break: "break",
  recover: "recover",
  undo: "undo",
  cleanup: "clean up",
  "dead-man": "dead-man timer",
};

/** Longest evidence printed; the journal has it whole. */
const LONGEST_EVIDENCE = 240;

export function methodSection(record: RunRecord): Markup {
  if (record.steps.length === 0)
    return section("method", "What was done", [paragraph("No step was started: nothing was done to the target.")]);
  return section("method", "What was done, and what took it back", record.steps.map(stepPart));
}

function stepPart(step: StepResult, index: number): Markup {
  const what = step.drill ?? step.kind;
  const when = `${formatMoment(step.startedAtMs)} to ${step.endedAtMs === null ? "not finished" : formatMoment(step.endedAtMs)}`;
  return markup`<h3>${index + 1}. ${step.name} <small>${what}${step.victims.length > 0 && `, on ${step.victims.join(", ")}`}, ${when}</small></h3>
${step.problem !== null && paragraph(markup`<strong class="missed">✗ Problem:</strong> ${step.problem}`)}${step.acts.length > 0 && actsTable(step)}${step.acts.length === 0 && step.kind === "undo" && paragraph("Its commands are listed under the step that it takes back.")}${proofs(step)}`;
}

function proofs(step: StepResult): readonly (Markup | false)[] {
  return [step.effect !== null && effectPart(step.effect), step.undo !== null && undoPart(step.undo)];
}

function actsTable(step: StepResult): Markup {
  return table({
    caption: `Commands and calls of “${step.name}”`,
    captionHidden: true,
    columns: [
      { title: "What" },
      { title: "At", numeric: true },
      { title: "Took", numeric: true },
      { title: "Exact command, and what was seen" },
      { title: "Result" },
    ],
    rows: step.acts.map((act) => actRow(act, step)),
  });
}

function actRow(act: Act, step: StepResult): readonly Cell[] {
  // A snapshot is taken in the phase in which other steps break things; it breaks nothing.
  const word = act.phase === "break" && step.faultAtMs === null ? "do" : PHASE_WORD[act.phase];
  const target = "member" in act.op ? act.op.member : "";
  return [
    withNote(word, target),
    formatMoment(act.startedAtMs),
    formatDuration(act.tookMs),
    withNote(code(act.exact), evidence(act.evidence)),
    holdsBadge(act.ok, "done", "failed"),
  ];
}

/** What was seen, without what the command beside it says already. */
function evidence(value: Json): Cell {
  if (value === null || value === "") return "";
  if (typeof value !== "object" || isList(value)) return clip(formatJson(value), LONGEST_EVIDENCE);
  const entries = Object.entries(value).filter(([name]) => name !== "argv" && name !== "member");
  return clip(entries.map(([name, inner]) => `${name}: ${formatJson(inner)}`).join(", "), LONGEST_EVIDENCE);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function effectPart(effect: NonNullable<StepResult["effect"]>): Markup {
  const at = effect.atMs === undefined ? "" : ` at ${formatMoment(effect.atMs)}`;
  const badge = effect.proved
    ? holdsBadge(true, `effect proved${at}`, "")
    : markup`<span class="badge inconclusive"><span aria-hidden="true">?</span> effect not proved${at}</span>`;
  return markup`<p>${badge}: ${effect.because}</p>
<details><summary>What was seen before and after</summary>${table({
    caption: "Fingerprint of the effect",
    captionHidden: true,
    columns: [{ title: "When" }, { title: "Seen" }],
    rows: [
      ["before", code(clip(formatJson(effect.before), LONGEST_EVIDENCE))],
      ["after", code(clip(formatJson(effect.after), LONGEST_EVIDENCE))],
    ],
  })}</details>
`;
}

function undoPart(undo: NonNullable<StepResult["undo"]>): Markup {
  return markup`<p>${holdsBadge(undo.verified, "taken back, verified by looking", "not verified as taken back")}: ${undo.because}</p>
`;
}
