import { array, assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { openLoop, TICK_MS } from "./sampler.ts";

/** Ticks as a healthy event loop would, until `untilMs`. */
function drive(sampler: ReturnType<typeof openLoop>, fromMs: number, untilMs: number) {
  const seen = { fire: [] as string[], notSampled: [] as string[], stalls: 0 };
  let now = fromMs;
  while (now <= untilMs) {
    const step = sampler.advance(now);
    seen.fire.push(...step.fire.map((due) => `${due.row}:${due.n}`));
    seen.notSampled.push(...step.notSampled.map((due) => `${due.row}:${due.n}`));
    if (step.stall !== null) seen.stalls += 1;
    now = Math.max(now + 0.5, sampler.nextTickMs());
  }
  return seen;
}

describe("openLoop", () => {
  it("fires every row at its own rate, exactly when due", () => {
    const sampler = openLoop(
      [
        { t0Ms: 100, everyMs: 20 },
        { t0Ms: 105, everyMs: 50 },
      ],
      100,
    );
    const seen = drive(sampler, 100, 205);
    expect(seen.fire).toEqual(["0:0", "1:0", "0:1", "0:2", "1:1", "0:3", "0:4", "0:5", "1:2"]);
    expect(seen.notSampled).toEqual([]);
    expect(seen.stalls).toBe(0);
  });

  it("does not fire what fell into a stall, row by row", () => {
    const sampler = openLoop(
      [
        { t0Ms: 0, everyMs: 20 },
        { t0Ms: 0, everyMs: 200 },
      ],
      0,
    );
    drive(sampler, 0, 110);
    const step = sampler.advance(210);
    expect(step.stall).toMatchObject({ toMs: 210 });
    expect(step.notSampled.map((due) => `${due.row}:${due.n}`)).toEqual(["0:6", "0:7", "0:8", "0:9", "0:10"]);
    // 90 ms late is less than the slow row's own 200 ms: its shot is fired, and its lateness is part of its latency.
    expect(step.fire.map((due) => `${due.row}:${due.n} due ${due.dueMs}`)).toEqual(["1:1 due 200"]);
    // Stood still for most of it, and at its end.
    expect(sampler.blames(0, 100, 150)).toBe(true);
    // Over before the stall, begun after it, and a row that tolerates it.
    expect(sampler.blames(0, 0, 90)).toBe(false);
    expect(sampler.blames(0, 225, 300)).toBe(false);
    expect(sampler.blames(1, 100, 150)).toBe(false);
  });

  it("does not excuse a shot that waited out its deadline by a short stall at its beginning", () => {
    const sampler = openLoop([{ t0Ms: 0, everyMs: 20 }], 0);
    drive(sampler, 0, 110);
    sampler.advance(200);
    expect(sampler.blames(0, 100, 1100)).toBe(false);
    // But a stall at the deadline may have hidden the answer.
    expect(sampler.blames(0, 0, 195)).toBe(true);
  });

  it("takes lateness up to the tolerance as jitter", () => {
    const sampler = openLoop([{ t0Ms: 0, everyMs: 5 }], 0);
    sampler.advance(0);
    const step = sampler.advance(24);
    expect(step.stall).toBeNull();
    expect(step.fire).toHaveLength(4);
    expect(sampler.advance(24 + 5 + 21).stall).not.toBeNull();
  });

  it("accounts for every shot exactly once, whatever the ticks do", () => {
    assert(
      property(
        array(integer({ min: 1, max: 300 }), { maxLength: 60 }),
        array(integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 4 }),
        (pauses, rates) => {
          const sampler = openLoop(
            rates.map((everyMs) => ({ t0Ms: 0, everyMs })),
            0,
          );
          const seen = rates.map(() => [] as number[]);
          let now = 0;
          for (const pause of pauses) {
            now += pause;
            const step = sampler.advance(now);
            for (const due of [...step.fire, ...step.notSampled]) seen[due.row]?.push(due.n);
          }
          for (const [row, everyMs] of rates.entries()) {
            const expected = pauses.length === 0 ? 0 : Math.floor(now / everyMs) + 1;
            expect(seen[row]).toEqual(Array.from({ length: expected }, (_, n) => n));
          }
        },
      ),
    );
  });

  it("asks for a tick at least every 10 ms", () => {
    const sampler = openLoop([{ t0Ms: 1000, everyMs: 1000 }], 0);
    sampler.advance(0);
    expect(sampler.nextTickMs()).toBe(TICK_MS);
  });
});
