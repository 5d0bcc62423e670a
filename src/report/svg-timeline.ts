// The picture: one time axis for the phases, the faults, every probe and the marks.
import type { ProbeSummary, RunRecord } from "../core/record.ts";
import { formatDuration } from "../util/duration.ts";
import { type Markup, markup } from "./markup.ts";
import { type FaultBand, faultBands, type Moment, type Phase, phasesOf } from "./phases.ts";
import { percent, type Span, ticks } from "./svg-scale.ts";
import { ROW_HEIGHT, stripRow } from "./svg-strip.ts";

const MARK_LANE = 20;
const MOST_LANES = 4;
const PHASE_HEIGHT = 20;
const AXIS_HEIGHT = 24;
/** On the narrowest screen a mark is this wide. */
const MARK_PERCENT = 6.5;
/** Widths a label is tried against: a phone, and a sheet of paper. Average width of a character at 11 px. */
const NARROW_PX = 300;
const WIDE_PX = 640;
const CHARACTER_PX = 6.2;
/** More rows than this are left to the table. */
const MOST_ROWS = 24;

export interface TimelineOptions {
  readonly record: RunRecord;
  readonly span: Span;
  /** Moment that the axis counts from. */
  readonly originMs: number;
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** The finding in words. */
  readonly description: string;
  readonly marks: readonly NumberedMoment[];
  readonly rows: readonly ProbeSummary[];
}

export interface NumberedMoment extends Moment {
  readonly number: number;
}

/** Rows that fit into the picture. */
export function drawnRows(record: RunRecord): readonly ProbeSummary[] {
  return record.probes.slice(0, MOST_ROWS);
}

/** Draws it. Widths are percentages and heights pixels, so there is no view box. */
export function timeline(options: TimelineOptions): Markup {
  const { span, record } = options;
  const marks = place(options.marks, span);
  const lanes = Math.max(0, ...marks.map((mark) => mark.lane + 1));
  const phasesTop = lanes * MARK_LANE + 2;
  const rowsTop = phasesTop + PHASE_HEIGHT + 6;
  const axisTop = rowsTop + options.rows.length * ROW_HEIGHT + 2;
  const bands = faultBands(record).filter((band) => band.toMs > span.fromMs && band.fromMs < span.toMs);
  const phases = phasesOf(record).filter((phase) => phase.toMs > span.fromMs && phase.fromMs < span.toMs);
  return markup`<svg role="img" aria-labelledby="${options.id}-t ${options.id}-d" width="100%" height="${axisTop + AXIS_HEIGHT}">
<title id="${options.id}-t">${options.title}</title><desc id="${options.id}-d">${options.description}</desc>
${bands.map((band) => bandShape(band, span, phasesTop, axisTop))}${marks.map((mark) => markLine(mark, axisTop))}
${phases.map((phase) => phaseShape(phase, span, phasesTop))}${options.rows.map((row, index) => stripRow(row, span, rowsTop + index * ROW_HEIGHT))}
${axis(span, options.originMs, axisTop)}${marks.map(markSign)}</svg>`;
}

interface PlacedMark {
  readonly mark: NumberedMoment;
  readonly x: number;
  readonly lane: number;
}

/** Marks close to each other go one below the other. */
function place(marks: readonly NumberedMoment[], span: Span): readonly PlacedMark[] {
  const lastX: number[] = [];
  return marks
    .filter((mark) => mark.atMs >= span.fromMs && mark.atMs <= span.toMs)
    .map((mark) => {
      const x = percent(span, mark.atMs);
      const free = Array.from({ length: MOST_LANES }, (_, lane) => lane).find((lane) => x - (lastX[lane] ?? -100) >= MARK_PERCENT);
      const lane = free ?? MOST_LANES - 1;
      lastX[lane] = x;
      return { mark, x, lane };
    });
}

function markSign({ mark, x, lane }: PlacedMark): Markup {
  const y = lane * MARK_LANE + 10;
  return markup`<circle class="mark m-${mark.kind}" cx="${x}%" cy="${y}" r="8"/><text class="mark-n m-${mark.kind}" x="${x}%" y="${y + 3.5}" text-anchor="middle">${mark.number}</text>`;
}

function markLine({ mark, x, lane }: PlacedMark, bottom: number): Markup {
  return markup`<line class="mark-line m-${mark.kind}" x1="${x}%" x2="${x}%" y1="${lane * MARK_LANE + 18}" y2="${bottom}"/>`;
}

function bandShape(band: FaultBand, span: Span, top: number, bottom: number): Markup {
  const x = percent(span, band.fromMs);
  return markup`<rect class="band" x="${x}%" width="${width(span, band.fromMs, band.toMs)}%" y="${top}" height="${bottom - top}"/>`;
}

function phaseShape(phase: Phase, span: Span, top: number): Markup {
  const from = Math.max(phase.fromMs, span.fromMs);
  const share = width(span, from, phase.toMs);
  const x = percent(span, from);
  const needs = (phase.label.length * CHARACTER_PX + 8) * 100;
  const middle = Math.round((x + share / 2) * 1000) / 1000;
  const onlyWide = needs > share * NARROW_PX;
  const label = markup`<text class="phase${onlyWide && " wide"}" x="${middle}%" y="${top + 14}" text-anchor="middle">${phase.label}</text>`;
  return markup`<rect class="phase p-${phase.kind}" x="${x}%" width="${share}%" y="${top}" height="${PHASE_HEIGHT}"/>${needs <= share * WIDE_PX && label}`;
}

function width(span: Span, fromMs: number, toMs: number): number {
  return Math.round((percent(span, toMs) - percent(span, fromMs)) * 1000) / 1000;
}

function axis(span: Span, originMs: number, top: number): Markup {
  const at = ticks(span, originMs, 8);
  return markup`<line class="axis" x1="0" x2="100%" y1="${top}" y2="${top}"/>${at.map((ms, index) => tick(ms, originMs, percent(span, ms), top, index % 2 === 1))}`;
}

function tick(ms: number, originMs: number, x: number, top: number, wide: boolean): Markup {
  // Text that crosses the edge is cut off in print.
  const anchor = x < 4 ? "start" : x > 96 ? "end" : "middle";
  const text = ms === originMs ? "0" : formatDuration(ms - originMs).replace("-", "−");
  return markup`<line class="axis" x1="${x}%" x2="${x}%" y1="${top}" y2="${top + 4}"/><text class="tick${wide && " wide"}" x="${x}%" y="${top + 17}" text-anchor="${anchor}">${text}</text>`;
}
