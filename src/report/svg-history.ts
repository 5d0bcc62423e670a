// One objective over many runs: every run with its own value. Four points a year make no trend, so none is drawn.
import type { Verdict } from "../core/outcome.ts";
import { formatDuration } from "../util/duration.ts";
import { type Markup, markup } from "./markup.ts";

export interface HistoryPoint {
  readonly run: string;
  /** ms; null: this run has no value. */
  readonly valueMs: number | null;
  readonly verdict: Verdict | null;
  /** Differs when two runs cannot be compared. */
  readonly basis: string;
}

export interface HistoryOptions {
  readonly id: string;
  readonly title: string;
  readonly limitMs: number;
  /** Oldest first. */
  readonly points: readonly HistoryPoint[];
}

const HEIGHT = 96;
const TOP = 14;
const BOTTOM = 78;

export function historyPlot(options: HistoryOptions): Markup {
  const { points, limitMs } = options;
  const top = Math.max(limitMs, ...points.map((point) => point.valueMs ?? 0)) * 1.1 || 1;
  const y = (ms: number): number => Math.round((BOTTOM - (ms / top) * (BOTTOM - TOP)) * 10) / 10;
  const x = (index: number): number => Math.round(((index + 0.5) / points.length) * 100_000) / 1000;
  const measured = points.filter((point) => point.valueMs !== null);
  const worst = Math.max(...measured.map((point) => point.valueMs ?? 0));
  const missed = points.filter((point) => point.verdict === "missed").length;
  const changed = points.some((point, index) => index > 0 && points[index - 1]?.basis !== point.basis);
  const finding = `${points.length} runs, ${measured.length} with a value, ${missed} missed; worst ${measured.length === 0 ? "none" : formatDuration(worst)}, limit ${formatDuration(limitMs)}.`;
  return markup`<figure><figcaption>${options.title}: each run with its own value, oldest first.${changed && " A dashed upright line: playbook or environment changed, do not compare across it."}</figcaption>
<svg role="img" aria-labelledby="${options.id}-t ${options.id}-d" width="100%" height="${HEIGHT}"><title id="${options.id}-t">${options.title}</title><desc id="${options.id}-d">${finding}</desc>
<line class="axis" x1="0" x2="100%" y1="${BOTTOM}" y2="${BOTTOM}"/><line class="limit" x1="0" x2="100%" y1="${y(limitMs)}" y2="${y(limitMs)}"/><text x="100%" y="${y(limitMs) - 4}" text-anchor="end">limit ${formatDuration(limitMs)}</text>
${points.map((point, index) => [pointBreak(point, points[index - 1], Math.round((index / points.length) * 100_000) / 1000), shape(point, x(index), y)])}</svg></figure>
`;
}

function pointBreak(point: HistoryPoint, before: HistoryPoint | undefined, x: number): Markup | false {
  if (before === undefined || before.basis === point.basis) return false;
  return markup`<line class="mark-line" x1="${x}%" x2="${x}%" y1="2" y2="${BOTTOM}"/>`;
}

function shape(point: HistoryPoint, x: number, y: (ms: number) => number): Markup {
  if (point.valueMs === null || point.verdict === null) {
    return markup`<text x="${x}%" y="${BOTTOM + 13}" text-anchor="middle">–</text>`;
  }
  const at = y(point.valueMs);
  const sign = { met: "✓", missed: "✗", inconclusive: "?" }[point.verdict];
  return markup`<line class="stem" x1="${x}%" x2="${x}%" y1="${BOTTOM}" y2="${at}"/><circle class="h-${point.verdict}" cx="${x}%" cy="${at}" r="4.5"/><text x="${x}%" y="${BOTTOM + 13}" text-anchor="middle">${sign}</text>`;
}
