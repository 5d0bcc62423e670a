// "What happened": the picture, its key, and its data in words.
import type { ProbeSummary, RunRecord, StepResult } from "../core/record.ts";
import { measuredText } from "../measure/words.ts";
import { formatDuration } from "../util/duration.ts";
import { formatMoment } from "./format.ts";
import { paragraph, section } from "./html-parts.ts";
import { type Markup, markup } from "./markup.ts";
import { momentsOf, phasesOf, runSpan } from "./phases.ts";
import type { Span } from "./svg-scale.ts";
import { rowInWords } from "./svg-strip.ts";
import { drawnRows, type NumberedMoment, timeline } from "./svg-timeline.ts";

/** An outage below this share of the run is drawn a second time, larger. */
const CLOSE_UP_BELOW = 0.15;
/** More marks than this are thinned to faults and repairs; the table of steps has all. */
const MOST_MARKS = 20;

export function pictureSection(record: RunRecord): Markup {
  const rows = drawnRows(record);
  if (rows.length === 0 && momentsOf(record).length === 0) {
    return section("picture", "What happened", [paragraph("Nothing was broken and nothing was sampled: there is no picture to draw.")]);
  }
  const span = runSpan(record);
  const marks = numbered(record);
  const closeUp = closeUpSpan(record, span);
  const left = record.probes.length - rows.length;
  const caption = ["Time since the run's start. Each strip is one probe.", left > 0 ? `${left} more rows are in the table of probes.` : ""];
  return section("picture", "What happened", [
    hatch(),
    markup`<figure><figcaption>${caption.filter((text) => text !== "").join(" ")}</figcaption>
${timeline({ record, span, originMs: 0, id: "run-line", title: "The run on one time axis", description: inWords(record, marks), marks, rows })}
${key(record)}${marksList(marks)}</figure>
`,
    closeUp === null ? markup`` : closeUpFigure(record, closeUp, marks),
  ]);
}

function closeUpFigure(record: RunRecord, closeUp: CloseUp, marks: readonly NumberedMoment[]): Markup {
  const { span } = closeUp;
  const here = (gap: ProbeSummary["gaps"][number]): boolean => gap.toMs !== null && gap.toMs > span.fromMs && gap.toMs <= span.toMs;
  // Rows whose gap ends here; the others would only repeat what the whole picture shows.
  const ending = drawnRows(record).filter((row) => row.gaps.some(here));
  const rows = ending.length > 0 ? ending : drawnRows(record);
  const title = `The same, ${formatDuration(closeUp.span.toMs - closeUp.span.fromMs)} around the fault`;
  return markup`<figure><figcaption>${title}: “${closeUp.step.name}”. Time since the fault.</figcaption>
${timeline({ record, span: closeUp.span, originMs: closeUp.originMs, id: "close-up", title, description: closeUp.description, marks, rows })}</figure>
`;
}

interface CloseUp {
  readonly span: Span;
  readonly originMs: number;
  readonly step: StepResult;
  readonly description: string;
}

/** Around the fault with the longest outage, if that is too short to be seen in the whole. */
function closeUpSpan(record: RunRecord, span: Span): CloseUp | null {
  const whole = span.toMs - span.fromMs;
  const outages = record.steps.flatMap((step) => {
    const restored = step.recoveries.find((recovery) => recovery.kind === "serviceRestored");
    if (step.faultAtMs === null || restored?.measured == null || restored.neverLost) return [];
    return [{ step, faultAtMs: step.faultAtMs, measured: restored.measured }];
  });
  const longest = outages.toSorted((a, b) => b.measured.valueMs - a.measured.valueMs)[0];
  if (longest === undefined || longest.measured.valueMs <= 0 || longest.measured.valueMs > whole * CLOSE_UP_BELOW) return null;
  const { valueMs } = longest.measured;
  return {
    step: longest.step,
    originMs: longest.faultAtMs,
    span: {
      fromMs: Math.max(span.fromMs, longest.faultAtMs - valueMs * 0.5),
      toMs: Math.min(span.toMs, longest.faultAtMs + valueMs * 2),
    },
    description: `Service was restored ${measuredText(longest.measured)} after the fault.`,
  };
}

function numbered(record: RunRecord): readonly NumberedMoment[] {
  const all = momentsOf(record);
  const kept = all.length <= MOST_MARKS ? all : all.filter((moment) => moment.kind === "fault" || moment.kind === "repaired");
  return kept.map(({ atMs, kind, text, step }, index) => ({ atMs, kind, text, step, number: index + 1 }));
}

function inWords(record: RunRecord, marks: readonly NumberedMoment[]): string {
  const phases = phasesOf(record).map((phase) => `${phase.label} from ${formatMoment(phase.fromMs)} to ${formatMoment(phase.toMs)}`);
  const moments = marks.map((mark) => `${mark.text} at ${formatMoment(mark.atMs)}`);
  const rows = drawnRows(record).map(rowInWords);
  return [`${record.verdict} Phases: ${phases.join("; ")}.`, moments.length === 0 ? "" : `Moments: ${moments.join("; ")}.`, ...rows].join(
    " ",
  );
}

function marksList(marks: readonly NumberedMoment[]): Markup | false {
  if (marks.length === 0) return false;
  return markup`<ol class="marks" role="list">${marks.map(
    (mark) =>
      markup`<li><b class="m-${mark.kind}">${mark.number}</b><span>${formatMoment(mark.atMs)}</span><span>${mark.text}</span></li>\n`,
  )}</ol>
`;
}

/** The texture of failure, defined once. Not `display: none`: a hidden definition paints nothing in some browsers. */
function hatch(): Markup {
  return markup`<svg class="defs" aria-hidden="true" width="0" height="0"><defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="h-back" width="5" height="5"/><line class="h-line" x1="0.8" x2="0.8" y1="0" y2="5"/></pattern></defs></svg>
`;
}

function key(record: RunRecord): Markup | false {
  if (record.probes.length === 0) return false;
  const item = (shape: Markup, words: string): Markup =>
    markup`<li><svg aria-hidden="true" width="26" height="14">${shape}</svg>${words}</li>`;
  return markup`<ul class="key" role="list">${[
    item(markup`<rect class="s-ok" x="0" y="4" width="26" height="6"/>`, "succeeded"),
    item(markup`<rect class="s-failed" fill="url(#hatch)" x="0.5" y="0.5" width="25" height="13"/>`, "failed"),
    item(markup`<rect class="s-none" x="0.5" y="0.5" width="25" height="13"/>`, "not sampled: nobody looked"),
    item(
      markup`<line class="gap" x1="1" x2="25" y1="7" y2="7"/><line class="gap" x1="1" x2="1" y1="4" y2="10"/><line class="gap" x1="25" x2="25" y1="4" y2="10"/>`,
      "gap: no success came back",
    ),
    item(markup`<rect class="band" x="0" y="0" width="26" height="14"/>`, "fault in place"),
  ]}</ul>
`;
}
