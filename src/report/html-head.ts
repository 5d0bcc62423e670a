// The top of the page: what was drilled, where, and the verdict in one sentence.
import type { RunRecord } from "../core/record.ts";
import { formatDuration } from "../util/duration.ts";
import { clip } from "./escape.ts";
import {
  environmentMeaning,
  environmentWord,
  formatInstant,
  formatJson,
  furtherReasons,
  NO_VALUE,
  OUTCOME_MEANING,
  OUTCOME_SIGN,
  sentenceAlone,
} from "./format.ts";
import { type Cell, code, facts, list, paragraph } from "./html-parts.ts";
import { type Markup, markup } from "./markup.ts";

const LONGEST_TITLE = 160;

/** Header, verdict, alarms and the facts an auditor looks for first. */
export function headSection(record: RunRecord, title: string): Markup {
  const { run } = record;
  return markup`<header>
<div class="top"><span>Firedrill report, run ${code(run.run)}</span><span class="environment">${environmentWord(run.target)} <small>${run.target.type} target, ${environmentMeaning(run.target)}</small></span></div>
<h1>${clip(title, LONGEST_TITLE)}</h1>
${run.playbook.description !== null && markup`<p class="lead">${run.playbook.description}</p>\n`}${verdictBox(record)}${alarms(record)}${whoAndWhen(record)}</header>
`;
}

function verdictBox(record: RunRecord): Markup {
  const { outcome } = record;
  return markup`<div class="verdict ${outcome}"><span class="sign" aria-hidden="true">${OUTCOME_SIGN[outcome]}</span><div><strong class="word">${outcome}</strong>
<span class="sentence">${sentenceAlone(record)}</span><span class="meaning">${OUTCOME_MEANING[outcome]}</span>${list(furtherReasons(record))}</div></div>
`;
}

function alarms(record: RunRecord): readonly Markup[] {
  const found: Markup[] = [];
  if (record.leftBroken) {
    found.push(
      alarm(
        "Left broken",
        markup`This run left something broken. Put it back with ${code(`firedrill recover ${record.run.run}`)}; the residue and the undo results below say what.`,
      ),
    );
  }
  if (!record.complete) {
    const why = record.journal.problem ?? "the journal has no seal: the run did not come to its own end";
    found.push(alarm("Incomplete record", `${why}. What is below is as far as the journal goes.`));
  }
  if (record.aborted !== null) found.push(alarm("Stopped early", `By ${record.aborted.by}: ${record.aborted.reason}`));
  if (record.recoveredLater) {
    found.push(
      alarm(
        "Put back by another process",
        "The runner did not come to its end; another process carried out the recorded undo. Times after that are not comparable with an undisturbed run.",
      ),
    );
  }
  return found;
}

function alarm(title: string, text: Cell): Markup {
  return markup`<div class="alarm" role="note"><strong>${title}</strong>${paragraph(text)}</div>
`;
}

function whoAndWhen(record: RunRecord): Markup {
  const { run } = record;
  const entries: (readonly [string, Cell])[] = [
    ["Started", formatInstant(record.startedAt)],
    ["Finished", formatInstant(record.finishedAt)],
    ["Took", formatDuration(record.durationMs)],
    ["Run by", `${run.operator} on ${run.host.name}`],
    ["Target", run.target.name],
    ["Cluster fingerprint", code(short(run.target.fingerprint))],
    ["Playbook", markup`${run.playbook.name} ${code(short(run.playbook.sha256))}`],
    ["Owner", run.playbook.owner ?? NO_VALUE],
    ["Cadence", run.playbook.cadence ?? NO_VALUE],
  ];
  if (run.repeat !== null) entries.push(["Repeat", `${run.repeat.index} of ${run.repeat.of}`]);
  if (run.playbook.controls.length > 0) entries.push(["Relevant to", run.playbook.controls.join(", ")]);
  const parameters = Object.entries(run.parameters);
  if (parameters.length > 0) entries.push(["Parameters", parameters.map(([name, value]) => `${name} = ${formatJson(value)}`).join(", ")]);
  return facts(entries);
}

/** Enough of a digest to compare by eye; the whole one is under Evidence. */
function short(digest: string): string {
  return digest.length > 16 ? `${digest.slice(0, 16)}…` : digest;
}
