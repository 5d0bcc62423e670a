import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseDuration } from "../util/duration.ts";
import { parseSize } from "../util/size.ts";
import { suggestDuration, suggestSize } from "./suggest.ts";

test.each([
  ["20", "20s"],
  ["1.5", "1.5s"],
  ["20 s", "20s"],
  ["5 minutes", "5m"],
  ["1 min 30 sec", "1m30s"],
  ["90sec", "90s"],
  ["2 Hours", "2h"],
  ["250 ms", "250ms"],
  ["soon", undefined],
  ["", undefined],
  ["0", undefined],
  ["-5", undefined],
  ["20s", undefined],
])("%j as a duration: %j", (text, expected) => {
  expect(suggestDuration(text)).toBe(expected);
});

test.each([
  ["16", "16MiB"],
  ["16 MB", "16MB"],
  ["16Mi", "16MiB"],
  ["2g", "2GiB"],
  ["large", undefined],
  ["16MiB", undefined],
])("%j as a size: %j", (text, expected) => {
  expect(suggestSize(text)).toBe(expected);
});

test("whatever is suggested is accepted", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{1,4} ?[a-zA-Z]{0,8} ?\d{0,2} ?[a-z]{0,3}$/)), (text) => {
      const duration = suggestDuration(text);
      if (duration !== undefined) expect(parseDuration(duration)).toBeGreaterThan(0);
      const size = suggestSize(text);
      if (size !== undefined) expect(parseSize(size)).toBeDefined();
    }),
  );
});

test("a duration is the sum of its parts, in whatever order", () => {
  const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
  const part = fc.tuple(fc.nat(999), fc.constantFrom(...(Object.keys(unitMs) as (keyof typeof unitMs)[])));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const text = parts.map(([count, unit]) => `${count}${unit}`).join("");
      expect(parseDuration(text)).toBe(parts.reduce((sum, [count, unit]) => sum + count * unitMs[unit], 0));
    }),
  );
});
