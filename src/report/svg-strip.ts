// One row of the picture: how one probe fared at one endpoint, as a strip of three looks that differ in height, outline and texture.
import type { ProbeSummary, StripSegment, StripState } from "../core/record.ts";
import { measuredText } from "../measure/words.ts";
import { formatDuration } from "../util/duration.ts";
import { oneLine } from "./escape.ts";
import { formatShare, probeLabel } from "./format.ts";
import { type Markup, markup } from "./markup.ts";
import { percent, type Span } from "./svg-scale.ts";

export const ROW_HEIGHT = 33;
const STRIP_TOP = 14;
const STRIP_HEIGHT = 12;
const LONGEST_LABEL = 30;

/** Finer than a pixel on paper; beyond it a page of strips grows for nothing. */
const COLUMNS = 600;
/** Below this share of the width a failure would not be seen: it gets a line as well. */
const THINNEST_PERCENT = 0.4;
/** Gaps drawn per row, longest first; the table has the count. */
const MOST_GAPS = 12;

const RANK: Readonly<Record<StripState, number>> = { ok: 0, notSampled: 1, failed: 2 };

/** Label, key number, strip and gap brackets of one row; `y` is its top. */
export function stripRow(probe: ProbeSummary, span: Span, y: number): Markup {
  const top = y + STRIP_TOP;
  const segments = fit(probe.strip, span);
  const gaps = probe.gaps.filter((gap) => (gap.toMs ?? span.toMs) > span.fromMs && gap.fromMs < span.toMs).slice(0, MOST_GAPS);
  return markup`<g><text class="row" x="0" y="${y + 11}">${shorten(probeLabel(probe))}</text>
<text class="value" x="100%" y="${y + 11}" text-anchor="end">${keyNumber(probe)}</text>
${segments.map((segment) => segmentShape(segment, span, top))}${gaps.map((gap) => bracket(gap.fromMs, gap.toMs ?? span.toMs, span, top))}</g>
`;
}

function shorten(label: string): string {
  const characters = Array.from(oneLine(label));
  return characters.length <= LONGEST_LABEL ? characters.join("") : `${characters.slice(0, LONGEST_LABEL - 1).join("")}…`;
}

function keyNumber(probe: ProbeSummary): string {
  if (probe.failed + probe.ok === 0) return "nothing sampled";
  if (probe.longestGap === null) return `${formatShare(probe.availability)} ok`;
  const open = probe.longestGap.toMs === null ? ", not over" : "";
  return `longest gap ${formatDuration(probe.longestGap.valueMs)}${open}`;
}

/** The same in words, for people who do not see the picture. */
export function rowInWords(probe: ProbeSummary): string {
  const gap = probe.longestGap === null ? "no gap measured" : `longest time without a success ${measuredText(probe.longestGap)}`;
  return `${probeLabel(probe)}: ${probe.ok} ok, ${probe.failed} failed, ${probe.notSampled} not sampled, ${gap}.`;
}

/** Cuts to the span and merges what falls into one column; a failure is never merged away. */
function fit(strip: readonly StripSegment[], span: Span): readonly StripSegment[] {
  const inside = strip
    .filter((segment) => segment.toMs > span.fromMs && segment.fromMs < span.toMs)
    .map(({ state, fromMs, toMs }) => ({ state, fromMs: Math.max(fromMs, span.fromMs), toMs: Math.min(toMs, span.toMs) }));
  if (inside.length <= COLUMNS) return inside;
  const width = (span.toMs - span.fromMs) / COLUMNS;
  const worst: (StripState | undefined)[] = Array.from({ length: COLUMNS }, () => undefined);
  for (const segment of inside) {
    const first = Math.floor((segment.fromMs - span.fromMs) / width);
    const last = Math.min(COLUMNS - 1, Math.ceil((segment.toMs - span.fromMs) / width) - 1);
    for (let column = first; column <= last; column++) {
      const seen = worst[column];
      if (seen === undefined || RANK[segment.state] > RANK[seen]) worst[column] = segment.state;
    }
  }
  const merged: StripSegment[] = [];
  for (const [column, state] of worst.entries()) {
    if (state === undefined) continue;
    const fromMs = span.fromMs + column * width;
    const before = merged.at(-1);
    if (before?.state === state && before.toMs >= fromMs) merged[merged.length - 1] = { ...before, toMs: fromMs + width };
    else merged.push({ fromMs, toMs: fromMs + width, state });
  }
  return merged;
}

function segmentShape(segment: StripSegment, span: Span, top: number): Markup {
  const x = percent(span, segment.fromMs);
  const width = Math.round((percent(span, segment.toMs) - x) * 1000) / 1000;
  if (segment.state === "ok") return markup`<rect class="s-ok" x="${x}%" width="${width}%" y="${top + 3}" height="${STRIP_HEIGHT - 6}"/>`;
  if (segment.state === "notSampled")
    return markup`<rect class="s-none" x="${x}%" width="${width}%" y="${top + 0.5}" height="${STRIP_HEIGHT - 1}"/>`;
  // A line with a length of its own: shapes of no width are lost in print.
  const line = markup`<line class="s-thin" x1="${x}%" x2="${x}%" y1="${top}" y2="${top + STRIP_HEIGHT}"/>`;
  return markup`<rect class="s-failed" fill="url(#hatch)" x="${x}%" width="${width}%" y="${top}" height="${STRIP_HEIGHT}"/>${width < THINNEST_PERCENT && line}`;
}

function bracket(fromMs: number, toMs: number, span: Span, top: number): Markup {
  const from = percent(span, fromMs);
  const to = percent(span, toMs);
  const y = top + STRIP_HEIGHT + 3.5;
  return markup`<line class="gap" x1="${from}%" x2="${to}%" y1="${y}" y2="${y}"/><line class="gap" x1="${from}%" x2="${from}%" y1="${y - 3}" y2="${y + 3}"/><line class="gap" x1="${to}%" x2="${to}%" y1="${y - 3}" y2="${y + 3}"/>`;
}
