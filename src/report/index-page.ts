// Many runs on one page: what was tried, how it ended, and how each objective fared over time. Refused and aborted attempts count too.
import type { ObjectiveResult } from "../core/record.ts";
import { formatInstant, NO_VALUE, plural, VERDICT_SIGN } from "./format.ts";
import { htmlPage } from "./html-page.ts";
import { type Cell, facts, list, outcomeBadge, section, table, withNote } from "./html-parts.ts";
import { groupRuns, type IndexAttempt, type IndexEntry, type IndexGroup, type IndexRow, nextDue } from "./index-attempts.ts";
import { type Markup, markup } from "./markup.ts";
import { type HistoryPoint, historyPlot } from "./svg-history.ts";

export interface IndexOptions {
  /** What the index was made from, e.g. "reports/ (12 folders) and ledger.jsonl (31 lines)". */
  readonly generatedFrom: string;
  /** All attempts, those without a folder too; see `attemptsOf`. */
  readonly attempts?: readonly IndexAttempt[];
  /** Things wrong with what was read: a damaged ledger, folders without a journal. */
  readonly problems?: readonly string[];
}

/** Objectives with a column of their own; the report has all. */
const MOST_OBJECTIVES = 3;

/** The index: one file, no script, relative links only. */
export function renderIndex(runs: readonly IndexEntry[], options: IndexOptions): string {
  const groups = groupRuns(runs, options.attempts ?? []);
  const rows = groups.flatMap((group) => group.rows);
  const problems = options.problems ?? [];
  const broken = runs.filter((entry) => entry.record.leftBroken).map((entry) => entry.record.run.run);
  const body = markup`<header>
<div class="top"><span>Firedrill index</span><span>from ${options.generatedFrom}</span></div>
<h1>Drills</h1>
<p class="lead">${summary(groups, rows)}</p>
${broken.length > 0 && markup`<div class="alarm" role="note"><strong>✗ Left broken</strong><p>These runs ended with something still broken: ${broken.join(", ")}. A later run of <code>firedrill recover</code> may have put it back; its folder says so.</p></div>\n`}${problems.length > 0 && markup`<div class="alarm" role="note"><strong>✗ Not everything could be read</strong>${list(problems)}</div>\n`}</header>
<main>
${groups.map(groupSection)}</main>
`;
  return htmlPage("Firedrill: all drills", body);
}

function summary(groups: readonly IndexGroup[], rows: readonly IndexRow[]): string {
  if (rows.length === 0) return "No drill has been tried yet.";
  const passed = rows.filter((row) => row.outcome === "passed").length;
  return `${plural(rows.length, "attempt")} at ${plural(groups.length, "playbook")}; ${passed} passed, ${rows.length - passed} did not. Attempts that were refused, aborted or inconclusive are listed like all others and never count as a pass.`;
}

function groupSection(group: IndexGroup, index: number): Markup {
  const ids = objectiveIds(group);
  const newest = group.rows.findLast((row) => row.entry !== null)?.entry?.record ?? null;
  const lastPassAt = group.rows.findLastIndex((row) => row.outcome === "passed");
  const lastPass = group.rows[lastPassAt] ?? null;
  const cadence = newest?.run.playbook.cadence ?? null;
  const latest = group.rows.at(-1) ?? null;
  return section(`playbook-${index + 1}`, newest?.run.playbook.title ?? group.playbook, [
    facts([
      ["Playbook", group.playbook],
      ["Latest attempt", latest === null ? NO_VALUE : badge(latest)],
      ["Last pass", lastPass === null ? "never" : formatInstant(lastPass.startedAt)],
      ["Attempts since the last pass", String(group.rows.length - 1 - lastPassAt)],
      ["Cadence", cadence ?? "none set"],
      [
        "Due again by",
        cadence === null
          ? NO_VALUE
          : lastPass === null
            ? "now: it has never passed"
            : (nextDue(lastPass.startedAt, cadence) ?? "cadence is not a known word"),
      ],
    ]),
    ...ids.flatMap((id, at) => plot(group, id, `plot-${index + 1}-${at + 1}`)),
    table({
      caption: "All attempts, newest first",
      columns: [
        { title: "Started" },
        { title: "Outcome" },
        ...ids.map((id) => ({ title: id })),
        { title: "In one sentence" },
        { title: "Target" },
      ],
      rows: group.rows.toReversed().map((row) => attemptRow(row, ids)),
    }),
  ]);
}

function attemptRow(row: IndexRow, ids: readonly string[]): readonly Cell[] {
  const [day = "", time = ""] = formatInstant(row.startedAt).split(/ (.*)/);
  const shown = row.entry === null ? day : markup`<a href="${relativeLink(row.entry.dir)}">${day}</a>`;
  const link = markup`<span class="keep">${shown}</span><small>${time}${row.entry === null && ", no folder"}</small>`;
  const objectives = row.entry?.record.objectives ?? [];
  return [
    link,
    badge(row),
    ...ids.map((id) => objectiveCell(objectives.find((objective) => objective.spec.id === id))),
    withNote(row.text, row.entry !== null && !row.entry.record.complete ? "the journal has no seal" : ""),
    withNote(row.target, `by ${row.operator}`),
  ];
}

function objectiveCell(objective: ObjectiveResult | undefined): Cell {
  if (objective === undefined) return NO_VALUE;
  const value = markup`<span class="keep ${objective.verdict}"><span aria-hidden="true">${VERDICT_SIGN[objective.verdict]}</span> ${objective.measured}</span>`;
  return withNote(value, `${objective.verdict}: ${objective.promise}`);
}

function badge(row: IndexRow): Markup {
  const broken = row.entry?.record.leftBroken === true && markup` <small><strong class="missed">✗ left broken</strong></small>`;
  return row.outcome === null ? markup`<span class="badge none">– not closed</span>` : markup`${outcomeBadge(row.outcome)}${broken}`;
}

/** Never absolute, never another scheme: the link stays below the index. */
function relativeLink(dir: string): string {
  const parts = dir.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  return [...parts.map(encodeURIComponent), "report.html"].join("/");
}

function objectiveIds(group: IndexGroup): readonly string[] {
  const ids = group.rows.flatMap((row) => row.entry?.record.objectives.map((objective) => objective.spec.id) ?? []);
  return [...new Set(ids)].slice(0, MOST_OBJECTIVES);
}

/** A plot where there are at least two values of a time with a limit. */
function plot(group: IndexGroup, id: string, plotId: string): readonly Markup[] {
  const points = group.rows.map((row): HistoryPoint & { readonly limitMs: number | null } => {
    const found = row.entry?.record.objectives.find((objective) => objective.spec.id === id);
    const promise = found?.spec.promise;
    const limitMs = promise?.kind === "rto" || promise?.kind === "rpo-time" ? promise.limitMs : null;
    const run = row.entry?.record.run;
    const basis = run === undefined ? "" : `${run.playbook.sha256} ${String(run.target.disposable)} ${limitMs ?? ""}`;
    return { run: row.run, valueMs: found?.measuredValue ?? null, verdict: found?.verdict ?? null, basis, limitMs };
  });
  const limitMs = points.findLast((point) => point.limitMs !== null)?.limitMs ?? null;
  if (limitMs === null || points.filter((point) => point.valueMs !== null).length < 2) return [];
  return [historyPlot({ id: plotId, title: id, limitMs, points: withBasis(points) })];
}

/** An attempt without a folder says nothing about what it ran: it breaks no line. */
function withBasis(points: readonly HistoryPoint[]): readonly HistoryPoint[] {
  let basis = points.find((point) => point.basis !== "")?.basis ?? "";
  return points.map((point) => {
    if (point.basis !== "") basis = point.basis;
    return { ...point, basis };
  });
}
