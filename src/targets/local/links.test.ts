import { expect, test } from "vitest";
import { createLinks } from "./links.ts";

const MEMBERS = ["m1", "m2", "m3"];
const cut = (from: string, to: string) => ({ from, to, cut: true, delayMs: 0, jitterMs: 0, rateBytes: 0 });

test("there is one link each way between every two members, all clear", () => {
  const views = createLinks(MEMBERS, 1).views();
  expect(views.map(({ from, to }) => `${from}${to}`)).toEqual(["m1m2", "m1m3", "m2m1", "m2m3", "m3m1", "m3m2"]);
  expect(views.every((link) => !link.cut && link.carriedBytes === 0 && link.heldMs === null)).toBe(true);
});

test("a cut is directed", () => {
  const links = createLinks(MEMBERS, 1);
  links.set([cut("m1", "m2")]);
  expect(links.of("m1", "m2").isCut()).toBe(true);
  expect(links.of("m2", "m1").isCut()).toBe(false);
});

test("an unknown dialler is cut off only when every known link is", () => {
  const links = createLinks(MEMBERS, 1);
  links.set([cut("m1", "m2")]);
  expect(links.of(null, "m2").isCut()).toBe(false);
  links.set([cut("m3", "m2")]);
  expect(links.of(null, "m2").isCut()).toBe(true);
  links.set([{ ...cut("m3", "m2"), cut: false }]);
  expect(links.of(null, "m2").isCut()).toBe(false);
});

test("a link that does not exist is an error and changes nothing", () => {
  const links = createLinks(MEMBERS, 1);
  expect(() => links.set([cut("m1", "m2"), cut("m1", "m9")])).toThrow('no link from "m1" to "m9"');
  expect(links.of("m1", "m2").isCut()).toBe(false);
});

test("a rate spaces chunks by their size, and setting it anew forgets what was queued", () => {
  const links = createLinks(MEMBERS, 1);
  const link = links.of("m1", "m2");
  links.set([{ ...cut("m1", "m2"), cut: false, rateBytes: 1000 }]);
  const first = link.dueMs(500);
  expect(link.dueMs(500) - first).toBeCloseTo(500, 6);
  links.set([{ ...cut("m1", "m2"), cut: false, rateBytes: 0 }]);
  expect(link.dueMs(500)).toBeLessThan(first + 500);
});

test("jitter stays within its bounds and follows the seed", () => {
  const offsets = (seed: number): readonly number[] => {
    const links = createLinks(MEMBERS, seed);
    links.set([{ ...cut("m1", "m2"), cut: false, delayMs: 100_000, jitterMs: 50_000 }]);
    return Array.from({ length: 50 }, () => links.of("m1", "m2").dueMs(1));
  };
  const [a, b, c] = [offsets(7), offsets(7), offsets(8)];
  const spread = Math.max(...a) - Math.min(...a);
  expect(spread).toBeGreaterThan(40_000);
  expect(spread).toBeLessThan(100_001);
  const rounded = (times: readonly number[]) => times.map((time) => Math.round((time - (times[0] ?? 0)) / 1000));
  expect(rounded(a)).toEqual(rounded(b));
  expect(rounded(a)).not.toEqual(rounded(c));
});
