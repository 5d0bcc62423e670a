// What had to be true before, during and after; what the guards said; and every number behind the strips.
import type { AssertionChecked } from "../core/event.ts";
import type { ProbeSummary, RunRecord } from "../core/record.ts";
import { measuredText } from "../measure/words.ts";
import { formatDuration } from "../util/duration.ts";
import { formatCount, formatJson, formatMoment, formatShare, NO_VALUE, probeLabel } from "./format.ts";
import { type Cell, holdsBadge, paragraph, section, table, withNote } from "./html-parts.ts";
import { type Markup, markup } from "./markup.ts";

const PHASE_ORDER: readonly AssertionChecked["phase"][] = ["before", "during", "after"];

export function checksSection(record: RunRecord): Markup {
  const rows = PHASE_ORDER.flatMap((phase) => record.assertions.filter((assertion) => assertion.phase === phase).map(checkRow));
  return section("checks", "Steady state and checks", [
    rows.length === 0
      ? paragraph("No check was made, before or after.")
      : table({
          caption: "Steady state before and after, and checks in between",
          captionHidden: true,
          columns: [{ title: "Check" }, { title: "When" }, { title: "Result" }, { title: "Seen" }, { title: "Took", numeric: true }],
          rows,
        }),
    ...(record.guards.length === 0 ? [] : [guardTable(record)]),
  ]);
}

function checkRow(assertion: AssertionChecked): readonly Cell[] {
  const params = formatJson(assertion.params);
  return [
    withNote(assertion.title, params === "{}" || params === "null" ? assertion.assertion : `${assertion.assertion} ${params}`),
    assertion.step === null ? assertion.phase : `${assertion.phase} (${assertion.step})`,
    holdsBadge(assertion.ok, "holds", "does not hold"),
    assertion.observed,
    assertion.tookMs === null ? `not within ${formatDuration(assertion.withinMs)}` : formatDuration(assertion.tookMs),
  ];
}

function guardTable(record: RunRecord): Markup {
  return markup`<h3>Guards</h3>${table({
    caption: "Guards that could have refused or stopped the run",
    captionHidden: true,
    columns: [{ title: "Guard" }, { title: "Result" }, { title: "Detail" }],
    rows: record.guards.map((guard) => [guard.guard, holdsBadge(guard.ok, "let it pass", "refused"), guard.detail]),
  })}`;
}

export function probesSection(record: RunRecord): Markup | null {
  if (record.probes.length === 0) return null;
  return section("probes", "Probes: the numbers behind the strips", [
    table({
      caption:
        "Shots are fired at a fixed rate whatever happened to the one before, and timed from when they were due. Availability is ok ÷ (ok + failed).",
      columns: [
        { title: "Probe" },
        { title: "ok", numeric: true },
        { title: "failed", numeric: true },
        { title: "not sampled", numeric: true },
        { title: "Longest gap", numeric: true },
        { title: "Failed for", numeric: true },
        { title: "Availability", numeric: true },
        { title: "p50 / p99 / max", numeric: true },
      ],
      rows: record.probes.map(probeRow),
    }),
    ...(record.stalls.length === 0 ? [] : [paragraph(stallNote(record))]),
  ]);
}

function probeRow(probe: ProbeSummary): readonly Cell[] {
  const causes = Object.entries(probe.failuresBy).filter(([, count]) => count > 0);
  const latency = probe.latencyMs;
  return [
    withNote(probeLabel(probe), `every ${formatDuration(probe.everyMs)}, deadline ${formatDuration(probe.deadlineMs)}`),
    formatCount(probe.ok),
    withNote(formatCount(probe.failed), causes.map(([cause, count]) => `${cause} ${formatCount(count)}`).join(", ")),
    formatCount(probe.notSampled),
    gapCell(probe),
    probe.gaps.length === 0
      ? NO_VALUE
      : withNote(formatDuration(probe.failedMs), `${probe.gaps.length} ${probe.gaps.length === 1 ? "gap" : "gaps"}`),
    formatShare(probe.availability),
    latency === null ? NO_VALUE : `${[latency.p50, latency.p99, latency.max].map((ms) => ms.toFixed(ms < 10 ? 1 : 0)).join(" / ")} ms`,
  ];
}

function gapCell(probe: ProbeSummary): Cell {
  const gap = probe.longestGap;
  if (gap === null) return NO_VALUE;
  const unseen = gap.notSampledMs > 0 ? markup`, ${formatDuration(gap.notSampledMs)} not sampled` : "";
  return withNote(measuredText(gap), markup`from ${formatMoment(gap.fromMs)}${gap.toMs === null && ", not over"}${unseen}`);
}

function stallNote(record: RunRecord): string {
  const total = record.stalls.reduce((sum, stall) => sum + (stall.toMs - stall.fromMs), 0);
  return `Firedrill itself stood still ${record.stalls.length === 1 ? "once" : `${record.stalls.length} times`}, ${formatDuration(total)} in all. That time counts as not sampled: neither as outage nor as uptime.`;
}
