// What the check of the data found, in one sentence; the same in every report.
import type { SentinelCheck } from "../core/event.ts";
import { formatDuration } from "../util/duration.ts";
import { formatCount, plural } from "./format.ts";

/** The finding in one sentence. */
export function dataFinding(data: SentinelCheck): string {
  if (!data.complete)
    return `The check did not run to its end: ${data.problem ?? "no reason was recorded"}. The counts below are what it saw until then.`;
  if (data.lost > 0) {
    return `${plural(data.lost, "write")} of ${formatCount(data.acked)} acknowledged ${data.lost === 1 ? "is" : "are"} gone, from a stretch of ${formatDuration(data.lostMs)}.`;
  }
  if (data.mismatched > 0)
    return `No acknowledged write is absent, but ${plural(data.mismatched, "write")} came back with another value or an older revision.`;
  return `All ${plural(data.acked, "acknowledged write")} are present, with the value and at the revision that was acknowledged.`;
}
