// When was service back? "Back" means: from then on no failed request and no pause above noise for a whole hold window.
// A hiccup inside the window starts it again. Everything is judged on acknowledgements; see timeline.ts.
import type { Measured } from "../core/record.ts";
import { formatDuration } from "../util/duration.ts";
import { measuredGap } from "./gaps.ts";
import { countBetween, firstIndex, mergeSpans, overlapMs, type Span } from "./spans.ts";
import { outageThresholdMs } from "./threshold.ts";
import { type Timeline, tidy } from "./timeline.ts";

export interface HoldQuestion {
  /** One a probe; all must hold. */
  readonly timelines: readonly Timeline[];
  readonly faultAtMs: number;
  /** The next fault; Infinity when there is none. */
  readonly untilMs: number;
  readonly holdMs: number;
}

export type HoldAnswer =
  /** `fromMs` is the fault, or the loss when that came only after service had held. */
  | { readonly kind: "restored"; readonly measured: Measured; readonly fromMs: number; readonly atMs: number; readonly why: string }
  /** Nothing above noise: `highMs` is what could have gone unseen. */
  | { readonly kind: "neverLost"; readonly measured: Measured; readonly why: string }
  /** Nothing was seen, but what was not sampled could hide an interruption: no value, only the bound `highMs`. */
  | { readonly kind: "unclear"; readonly measured: Measured; readonly why: string }
  /** Not back, or not for long enough; it took at least this long. */
  | {
      readonly kind: "notRestored";
      readonly atLeastMs: number;
      /** It was back at the end, but not for a whole hold window. */
      readonly backAtEnd: boolean;
      readonly why: string;
    }
  | { readonly kind: "notMeasured"; readonly why: string };

interface Outage {
  readonly fromMs: number;
  /** null: no success until the end. */
  readonly toMs: number | null;
  /** Of the probe that came back last. */
  readonly everyMs: number;
}

/** Outages with no whole hold window between them count as one. */
interface Episode extends Outage {
  readonly lostAtMs: number;
}

/** Finds when all probes were back for the whole hold window after a fault. With several losses the longest one counts. */
export function judgeHold(question: HoldQuestion): HoldAnswer {
  const { timelines, faultAtMs, holdMs } = question;
  const unmeasured = whyNotMeasured(question);
  if (unmeasured !== null) return { kind: "notMeasured", why: unmeasured };
  const endMs = Math.min(question.untilMs, ...timelines.map(({ untilMs }) => untilMs));
  const unsampled = mergeSpans(timelines.flatMap((timeline) => timeline.unsampled));
  const coarsestMs = Math.max(...timelines.map(({ series }) => series.everyMs));
  const held = (fromMs: number): number => holdEnd(fromMs, holdMs, unsampled);
  const cut = Number.isFinite(question.untilMs) && endMs === question.untilMs ? "the next fault came" : "sampling ended";
  const episodes = toEpisodes(
    joinOutages(timelines.flatMap((timeline) => outagesWithin(timeline, faultAtMs, endMs, question.untilMs))),
    held,
    faultAtMs,
  );
  const names = timelines.map(({ series }) => `"${series.probe}"`).join(", ");
  if (episodes.length === 0) {
    // Sampling stops within a period of the moment the runner saw the window full.
    if (held(faultAtMs) > endMs + coarsestMs) {
      const why = `${cut} ${formatDuration(endMs - faultAtMs)} after the fault, before the hold window of ${formatDuration(holdMs)} was over`;
      return { kind: "notMeasured", why };
    }
    return neverLost(timelines, faultAtMs, endMs, names);
  }
  const last = episodes.at(-1);
  if (last?.toMs === null) {
    const { lowMs: atLeastMs } = measuredLoss(timelines, unsampled, last, endMs);
    const why = `${names} failed from ${after(last.fromMs, faultAtMs)} and had not come back when ${cut} ${formatDuration(endMs - faultAtMs)} after the fault`;
    return { kind: "notRestored", atLeastMs, backAtEnd: false, why };
  }
  const first = episodes[0];
  if (first?.toMs != null && held(first.toMs) > endMs + coarsestMs) {
    const { lowMs: atLeastMs } = measuredLoss(timelines, unsampled, first, first.toMs);
    const why = `${names} succeeded again ${after(first.toMs, faultAtMs)}, but ${cut} before that had held for ${formatDuration(holdMs)}`;
    return { kind: "notRestored", atLeastMs, backAtEnd: true, why };
  }
  return worstEpisode(episodes, timelines, unsampled, held, endMs, { faultAtMs, holdMs, names });
}

function worstEpisode(
  episodes: readonly Episode[],
  timelines: readonly Timeline[],
  unsampled: readonly Span[],
  held: (fromMs: number) => number,
  endMs: number,
  words: { readonly faultAtMs: number; readonly holdMs: number; readonly names: string },
): HoldAnswer {
  const limitMs = Math.min(...timelines.map(({ series }) => outageThresholdMs(series.everyMs)));
  const rated = episodes.map((episode) => {
    const atMs = episode.toMs ?? endMs;
    const gap = measuredLoss(timelines, unsampled, episode, atMs);
    // An outage could hide in a long stall of ours within the hold window: then it was back only after that.
    const hiding = unsampled.findLast(
      (span) => span.toMs > atMs && span.fromMs < Math.min(held(atMs), endMs) && span.toMs - Math.max(span.fromMs, atMs) > limitMs,
    );
    const highMs = hiding === undefined ? gap.highMs : tidy(hiding.toMs - episode.lostAtMs + episode.everyMs);
    return { episode, atMs, measured: { ...gap, highMs } };
  });
  const worst = rated.toSorted((a, b) => b.measured.highMs - a.measured.highMs)[0];
  if (worst === undefined) return { kind: "notMeasured", why: "no outage" };
  const { measured, atMs, episode } = worst;
  const since = episode.lostAtMs === words.faultAtMs ? "" : `lost ${after(episode.fromMs, words.faultAtMs)}; `;
  const others = rated
    .filter((other) => other !== worst)
    .map((other) => `${formatDuration(other.measured.valueMs)} from ${after(other.episode.fromMs, words.faultAtMs)}`);
  const also =
    others.length === 0
      ? ""
      : `; also without service for ${others.slice(0, 3).join(", ")}${others.length > 3 ? ` and ${others.length - 3} times more` : ""}`;
  const why = `${since}${words.names} held for ${formatDuration(words.holdMs)} from then on${also}`;
  return { kind: "restored", measured, fromMs: episode.lostAtMs, atMs: tidy(atMs), why };
}

/** From the loss to `atMs`. What was not sampled may have been good, but not before the last request that failed. */
function measuredLoss(timelines: readonly Timeline[], unsampled: readonly Span[], { lostAtMs, everyMs }: Episode, atMs: number): Measured {
  const gap = measuredGap(atMs - lostAtMs, everyMs, overlapMs(unsampled, lostAtMs, atMs));
  const failedUntilMs = timelines.map(
    ({ failedDueMs }) => failedDueMs[firstIndex(failedDueMs.length, (i) => (failedDueMs[i] ?? 0) >= atMs) - 1] ?? lostAtMs,
  );
  return { ...gap, lowMs: tidy(Math.max(gap.lowMs, Math.max(...failedUntilMs) - lostAtMs)) };
}

function whyNotMeasured({ timelines, faultAtMs, untilMs }: HoldQuestion): string | null {
  if (timelines.length === 0) return "no probe measured it";
  for (const timeline of timelines) {
    const { probe } = timeline.series;
    const endMs = Math.min(untilMs, timeline.untilMs);
    if (endMs <= faultAtMs) return `probe "${probe}" has no samples after the fault`;
    if (overlapMs(timeline.unsampled, faultAtMs, endMs) >= endMs - faultAtMs - timeline.series.everyMs)
      return `probe "${probe}" was not sampled after the fault`;
    if (timeline.acksMs.length === 0) return `probe "${probe}" never succeeded, not even before the fault`;
  }
  return null;
}

/** What of a probe's outages belongs to this fault: after it, and not just because the next fault cut requests in flight. */
function outagesWithin(timeline: Timeline, faultAtMs: number, endMs: number, nextFaultMs: number): Outage[] {
  const { everyMs } = timeline.series;
  const limitMs = outageThresholdMs(everyMs);
  const found: Outage[] = [];
  for (const gap of timeline.outages) {
    const toMs = gap.toMs ?? Number.POSITIVE_INFINITY;
    if (toMs <= faultAtMs || gap.fromMs >= endMs) continue;
    const fromMs = Math.max(gap.fromMs, faultAtMs - everyMs);
    const upToMs = Math.min(toMs, endMs);
    const silentMs = upToMs - fromMs - overlapMs(timeline.unsampled, fromMs, upToMs);
    // Requests fly for a while: those that fail just around a fault were sent just before it.
    const failures = countBetween(timeline.failedDueMs, Math.max(gap.fromMs, faultAtMs - limitMs), Math.min(toMs, nextFaultMs - limitMs));
    if (silentMs > limitMs || failures > 0) found.push({ fromMs, toMs: toMs > endMs ? null : toMs, everyMs });
  }
  return found;
}

function joinOutages(outages: readonly Outage[]): readonly Outage[] {
  const joined: Outage[] = [];
  for (const outage of outages.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = joined.at(-1);
    if (last === undefined || (last.toMs !== null && outage.fromMs > last.toMs)) joined.push(outage);
    else joined[joined.length - 1] = { ...later(last, outage), fromMs: last.fromMs };
  }
  return joined;
}

function toEpisodes(outages: readonly Outage[], held: (fromMs: number) => number, faultAtMs: number): readonly Episode[] {
  const episodes: Episode[] = [];
  for (const outage of outages) {
    const last = episodes.at(-1);
    if (last === undefined) {
      // Counted from the fault, unless service held for a whole window first: then from the loss.
      episodes.push({ ...outage, lostAtMs: outage.fromMs <= held(faultAtMs) ? faultAtMs : outage.fromMs });
    } else if (last.toMs === null || outage.fromMs < held(last.toMs)) {
      episodes[episodes.length - 1] = { ...later(last, outage), fromMs: last.fromMs, lostAtMs: last.lostAtMs };
    } else episodes.push({ ...outage, lostAtMs: outage.fromMs });
  }
  return episodes;
}

function later(a: Outage, b: Outage): Outage {
  return a.toMs === null || (b.toMs !== null && a.toMs >= b.toMs) ? a : b;
}

/** When `holdMs` of sampled time have passed since `fromMs`. */
function holdEnd(fromMs: number, holdMs: number, unsampled: readonly Span[]): number {
  let endMs = fromMs + holdMs;
  for (;;) {
    const needed = fromMs + holdMs + overlapMs(unsampled, fromMs, endMs);
    if (needed <= endMs) return endMs;
    endMs = needed;
  }
}

function neverLost(timelines: readonly Timeline[], faultAtMs: number, endMs: number, names: string): HoldAnswer {
  let value = 0;
  let high = 0;
  let resolutionMs = 0;
  for (const { acksMs, series, unsampled, untilMs } of timelines) {
    let previousMs = series.t0Ms;
    for (let i = Math.max(0, firstIndex(acksMs.length, (index) => (acksMs[index] ?? 0) > faultAtMs) - 1); i <= acksMs.length; i++) {
      const ackMs = Math.min(acksMs[i] ?? untilMs, untilMs, endMs);
      if (ackMs > faultAtMs) {
        const pauseMs = ackMs - previousMs;
        if (pauseMs > value) value = Math.max(value, pauseMs - overlapMs(unsampled, previousMs, ackMs));
        high = Math.max(high, pauseMs);
      }
      previousMs = ackMs;
      if (previousMs >= endMs) break;
    }
    resolutionMs = Math.max(resolutionMs, series.everyMs);
  }
  const measured = { valueMs: tidy(value), lowMs: 0, highMs: tidy(high + resolutionMs), resolutionMs };
  if (high > Math.max(...timelines.map(({ series }) => outageThresholdMs(series.everyMs)))) {
    const why = `no interruption of ${names} was seen, but one of up to ${formatDuration(measured.highMs)} could hide in what was not sampled`;
    return { kind: "unclear", measured, why };
  }
  const why = `no request of ${names} failed and no pause between answers was longer than ${formatDuration(value)}`;
  return { kind: "neverLost", measured, why };
}

function after(ms: number, faultAtMs: number): string {
  const sinceMs = tidy(ms - faultAtMs);
  return sinceMs <= 0 ? "the fault on" : `${formatDuration(sinceMs)} after the fault`;
}
