import { SHOT } from "../core/probe.ts";
import { mergeSpans, overlapMs } from "./spans.ts";
import { outageThresholdMs } from "./threshold.ts";
import type { Timeline } from "./timeline.ts";

export interface AvailabilityFinding {
  readonly probe: string;
  /** ok / sampled. */
  readonly share: number;
  /** Had everything failed, or succeeded, that stalls long enough to hide an outage left unsampled. Shorter ones are taken to be like the rest. */
  readonly lowShare: number;
  readonly highShare: number;
  readonly sampled: number;
  /** Requests that stalls long enough to hide an outage left unsampled. */
  readonly hidden: number;
}

/** Share of requests due in [fromMs, untilMs) that succeeded, of the worst of the probes; null when one was never sampled there. */
export function judgeAvailability(timelines: readonly Timeline[], fromMs: number, untilMs: number): AvailabilityFinding | null {
  let worst: AvailabilityFinding | null = null;
  for (const { series } of timelines) {
    const first = Math.max(0, Math.ceil((fromMs - series.t0Ms) / series.everyMs));
    const end = Math.min(series.count, Math.ceil((untilMs - series.t0Ms) / series.everyMs));
    let ok = 0;
    let notSampled = 0;
    let hidden = 0;
    let run = 0;
    for (let n = first; n <= end; n++) {
      const missing = n < end && series.codes[n] === SHOT.notSampled;
      if (n < end && series.codes[n] === SHOT.ok) ok++;
      if (missing) run++;
      else {
        notSampled += run;
        if (run * series.everyMs > outageThresholdMs(series.everyMs)) hidden += run;
        run = 0;
      }
    }
    const all = Math.max(0, end - first);
    const sampled = all - notSampled;
    if (sampled === 0) return null;
    const found = {
      probe: series.probe,
      share: ok / sampled,
      lowShare: ok / (sampled + hidden),
      highShare: (ok + hidden) / (sampled + hidden),
      sampled,
      hidden,
    };
    if (worst === null || found.lowShare < worst.lowShare) worst = found;
  }
  return worst;
}

/**
 * Share of [fromMs, untilMs), as far as the probes ran, that was neither sampled nor counted as an outage anyway; of the worst of them.
 * 0 without probes.
 */
export function unsampledShare(timelines: readonly Timeline[], fromMs: number, untilMs: number): number {
  let worst = 0;
  for (const { unsampled, outages, untilMs: endOfRowMs } of timelines) {
    const endMs = Math.min(untilMs, endOfRowMs);
    if (endMs <= fromMs) continue;
    const counted = mergeSpans(outages.map((gap) => ({ fromMs: Math.max(gap.fromMs, fromMs), toMs: Math.min(gap.toMs ?? endMs, endMs) })));
    const countedMs = counted.reduce((sum, gap) => sum + overlapMs(unsampled, gap.fromMs, gap.toMs), 0);
    worst = Math.max(worst, (overlapMs(unsampled, fromMs, endMs) - countedMs) / (endMs - fromMs));
  }
  return worst;
}
