import type { SentinelCheck, SentinelWrite } from "../core/event.ts";
import { WRITE } from "../core/probe.ts";
import { sentinelKey, sentinelValue } from "./protocol.ts";

export interface SentinelFound {
  readonly prefix: string;
  readonly writes: readonly SentinelWrite[];
  readonly kvs: readonly { readonly key: string; readonly value: string; readonly modRevision: number }[];
  /** The cluster's revision when the keys were read. */
  readonly revisionNow: number;
  readonly everyMs: number;
}

export type SentinelComparison = Omit<SentinelCheck, "complete" | "problem" | "hashes" | "hashesAgree">;

const EXAMPLES = 20;

/** What became of the writes, by comparing what the writer was told with what is there. Pure. */
export function compareSentinel(found: SentinelFound): SentinelComparison {
  const there = new Map(found.kvs.map((kv) => [kv.key, kv]));
  const count = { acked: 0, failed: 0, indeterminate: 0, mismatched: 0, landed: 0 };
  const lost: SentinelWrite[] = [];
  let highestAckedRevision = 0;
  for (const write of found.writes) {
    const [seq, code, revision, sentMs] = write;
    const kv = there.get(sentinelKey(found.prefix, seq));
    if (code === WRITE.acked) {
      count.acked += 1;
      highestAckedRevision = Math.max(highestAckedRevision, revision);
      if (kv === undefined) lost.push(write);
      else if (kv.value !== sentinelValue(seq, sentMs) || kv.modRevision < revision) count.mismatched += 1;
      continue;
    }
    if (code === WRITE.failed) count.failed += 1;
    else count.indeterminate += 1;
    if (kv === undefined) continue;
    count.landed += 1;
    if (kv.value !== sentinelValue(seq, sentMs)) count.mismatched += 1;
  }
  const lostAckedMs = lost.map((write) => write[4]);
  return {
    ...count,
    present: found.kvs.length,
    lost: lost.length,
    lostExamples: lost.slice(0, EXAMPLES).map((write) => write[0]),
    lostMs: lost.length === 0 ? 0 : maxOf(lostAckedMs) - minOf(lostAckedMs) + found.everyMs,
    highestAckedRevision,
    revisionNow: found.revisionNow,
    wentBackwards: found.revisionNow < highestAckedRevision || revisionsFell(found.writes),
  };
}

/** A write that was sent after another was acknowledged got a lower revision: the cluster had forgotten, even if it has caught up since. */
function revisionsFell(writes: readonly SentinelWrite[]): boolean {
  const acked = writes.filter((write) => write[1] === WRITE.acked);
  const bySent = acked.toSorted((a, b) => a[3] - b[3]);
  const byDone = acked.toSorted((a, b) => a[4] - b[4]);
  let [next, highestDone] = [0, 0];
  for (const [, , revision, sentMs] of bySent) {
    for (let done = byDone[next]; done !== undefined && done[4] < sentMs; done = byDone[next]) {
      highestDone = Math.max(highestDone, done[2]);
      next += 1;
    }
    if (revision <= highestDone) return true;
  }
  return false;
}

function maxOf(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}

function minOf(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}
