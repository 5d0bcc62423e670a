import { describe, expect, it } from "vitest";
import type { SentinelWrite } from "../core/event.ts";
import { WRITE } from "../core/probe.ts";
import { compareSentinel } from "./compare-sentinel.ts";

/** Write `seq`, sent at seq × 100 ms and answered 10 ms later. */
const write = (seq: number, code: SentinelWrite[1], revision = 0): SentinelWrite => [seq, code, revision, seq * 100, seq * 100 + 10];
const kv = (seq: number, modRevision: number, value = `${seq}:${seq * 100}`) => ({
  key: `/p/${String(seq).padStart(10, "0")}`,
  value,
  modRevision,
});
const compare = (writes: readonly SentinelWrite[], kvs: readonly ReturnType<typeof kv>[], revisionNow = 100) =>
  compareSentinel({ prefix: "/p/", writes, kvs, revisionNow, everyMs: 100 });

describe("compareSentinel", () => {
  it("finds nothing wrong when every acknowledged write is there", () => {
    const seen = compare([write(1, WRITE.acked, 5), write(2, WRITE.failed), write(3, WRITE.indeterminate)], [kv(1, 5)]);
    expect(seen).toEqual({
      acked: 1,
      failed: 1,
      indeterminate: 1,
      present: 1,
      lost: 0,
      lostExamples: [],
      lostMs: 0,
      mismatched: 0,
      landed: 0,
      highestAckedRevision: 5,
      revisionNow: 100,
      wentBackwards: false,
    });
  });

  it("counts acknowledged and absent as lost, over the time they span", () => {
    const seen = compare([write(1, WRITE.acked, 5), write(2, WRITE.acked, 6), write(4, WRITE.acked, 7)], [kv(1, 5)]);
    expect(seen).toMatchObject({ lost: 2, lostExamples: [2, 4], lostMs: 300 });
    expect(compare([write(1, WRITE.acked, 5)], []).lostMs).toBe(100);
  });

  it("tells another value and a lower revision", () => {
    expect(compare([write(1, WRITE.acked, 5)], [kv(1, 5, "1:99")]).mismatched).toBe(1);
    expect(compare([write(1, WRITE.acked, 5)], [kv(1, 4)]).mismatched).toBe(1);
    expect(compare([write(1, WRITE.acked, 5)], [kv(1, 9)]).mismatched).toBe(0);
    expect(compare([write(1, WRITE.indeterminate)], [kv(1, 9, "other")]).mismatched).toBe(1);
  });

  it("reports what landed without an acknowledgement as information", () => {
    expect(compare([write(1, WRITE.indeterminate), write(2, WRITE.failed)], [kv(1, 5), kv(2, 6)])).toMatchObject({ landed: 2, lost: 0 });
  });

  it("sees a revision that went backwards, also when it has been passed again since", () => {
    expect(compare([write(1, WRITE.acked, 50)], [kv(1, 50)], 49).wentBackwards).toBe(true);
    expect(compare([write(1, WRITE.acked, 50), write(2, WRITE.acked, 20)], [kv(1, 50), kv(2, 20)]).wentBackwards).toBe(true);
    // Answered out of order, but in flight together: etcd may order them either way.
    const overlapping: SentinelWrite[] = [
      [1, WRITE.acked, 51, 100, 140],
      [2, WRITE.acked, 50, 120, 130],
    ];
    expect(compare(overlapping, [], 100).wentBackwards).toBe(false);
  });
});
