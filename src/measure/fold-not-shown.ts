// What a run does not show, made from what it did. A reader should not have to guess the limits of a measurement.
import type { ObjectiveResult, ProbeSummary } from "../core/record.ts";
import { formatDuration } from "../util/duration.ts";
import { groupBy } from "../util/group-by.ts";
import type { Collected } from "./fold-collect.ts";
import { injectedAt, nameOf } from "./fold-steps.ts";
import { overlapMs } from "./spans.ts";
import { outageThresholdMs } from "./threshold.ts";
import type { Timeline } from "./timeline.ts";
import { shareText } from "./words.ts";

/** One sentence for each limit of this run, most important first. */
export function notShown(
  collected: Collected,
  rows: readonly Timeline[],
  probes: readonly ProbeSummary[],
  objectives: readonly ObjectiveResult[],
): readonly string[] {
  return [
    ...effects(collected),
    ...probeLimits(probes, objectives),
    ...sampling(rows),
    ...dataLimits(collected),
    ...surroundings(collected),
    "All durations come from one monotonic clock on the runner; dates and times are those of its wall clock, which was not checked against another.",
    "The operator's name is what the runner's system says; nobody's identity was checked.",
  ];
}

function effects(collected: Collected): readonly string[] {
  return collected.steps
    .filter((step) => injectedAt(step) !== null && step.effect?.proved !== true)
    .map((step) => `Whether "${nameOf(step, collected)}" had its effect: it was not proved, so what followed may have other causes.`);
}

function probeLimits(probes: readonly ProbeSummary[], objectives: readonly ObjectiveResult[]): readonly string[] {
  const limits: string[] = [];
  const whole = [...groupBy(probes, ({ probe }) => probe).values()];
  if (whole.length === 0) limits.push("No probe ran: nothing is known about service during the drill.");
  const wanted = new Set(objectives.flatMap(({ spec }) => spec.probes));
  const absent = [...wanted].filter((probe) => !probes.some((summary) => summary.probe === probe && summary.ok + summary.failed > 0));
  if (absent.length > 0) limits.push(`Nothing was sampled by probe ${absent.map((probe) => `"${probe}"`).join(", ")}.`);
  for (const rows of whole) {
    const [row] = rows;
    if (row === undefined) continue;
    const { probe, everyMs, deadlineMs } = row;
    limits.push(
      `Probe "${probe}" asked every ${formatDuration(everyMs)} and waited up to ${formatDuration(deadlineMs)}: pauses up to ${formatDuration(outageThresholdMs(everyMs))} without a failed request are not told from noise.`,
    );
    const endpoints = rows.filter(({ endpoint }) => endpoint !== "any");
    if (endpoints.length > 1) {
      limits.push(
        `Service by "${probe}" means that any of ${endpoints.map(({ endpoint }) => endpoint).join(", ")} answered; a client bound to one of them sees that one's row.`,
      );
    }
  }
  return limits;
}

function sampling(rows: readonly Timeline[]): readonly string[] {
  let worst = 0;
  let probe = "";
  for (const { series, unsampled, untilMs } of rows) {
    if (untilMs <= series.t0Ms) continue;
    const share = overlapMs(unsampled, series.t0Ms, untilMs) / (untilMs - series.t0Ms);
    if (share > worst) {
      worst = share;
      probe = series.endpoint === "-" || series.endpoint === "any" ? series.probe : `${series.probe} (${series.endpoint})`;
    }
  }
  if (worst === 0) return [];
  return [`What happened while the runner itself stood still: up to ${shareText(worst)} of the time was not sampled (probe "${probe}").`];
}

function dataLimits(collected: Collected): readonly string[] {
  const { data, sentinelRan, residue, steps } = collected;
  const limits: string[] = [];
  if (!sentinelRan) limits.push("Loss of acknowledged writes: no sentinel was written during the drill.");
  else if (data === null) limits.push("Loss of acknowledged writes: the sentinel's writes were not checked.");
  else if (data.complete)
    limits.push(
      "Only the sentinel's own writes were compared one by one; other keys by each member's hash of the key space, which shows that members agree, not that nothing is missing.",
    );
  else limits.push(`Loss of acknowledged writes: the check did not finish (${data.problem ?? "no reason given"}).`);
  if (residue === null && steps.some(({ intent }) => intent !== null))
    limits.push("Whether anything was left behind: no scan was made at the end.");
  return limits;
}

function surroundings(collected: Collected): readonly string[] {
  const { target, repeat } = collected.run;
  const limits: string[] = [];
  if (target.type === "local") {
    limits.push(
      "All members ran on one machine, sharing its disk, memory and clock: failures of real machines, disks and networks are not shown, and times may differ from yours.",
    );
  }
  if (repeat === null || repeat.of === 1)
    limits.push("One run is one sample: elections are timed at random, so another run will give another number.");
  return limits;
}
