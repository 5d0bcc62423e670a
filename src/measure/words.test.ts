import { expect, test } from "vitest";
import { measuredText, sentence, shareText } from "./words.ts";

test.each([
  [1, "100 %"],
  [0.999_999_9, "99.999 %"],
  [0.9993, "99.93 %"],
  [0.9, "90 %"],
  [0.344_17, "34.4 %"],
  [0.000_000_1, "0.001 %"],
  [0, "0 %"],
])("a share of %d is %s", (share, text) => {
  expect(shareText(share)).toBe(text);
});

test("what stalls widened is printed as a range", () => {
  expect(measuredText({ valueMs: 1240, lowMs: 1220, highMs: 1260, resolutionMs: 20 })).toBe("1.24 s ± 20 ms");
  expect(measuredText({ valueMs: 1350, lowMs: 1070, highMs: 1370, resolutionMs: 20 })).toBe("1.35 s (1.07 s to 1.37 s)");
  expect(measuredText({ valueMs: 1350, lowMs: 1330, highMs: 3000, resolutionMs: 20 })).toBe("1.35 s (1.33 s to 3 s)");
});

test("a sentence begins with a capital, unless with etcd", () => {
  expect(["writes were back", "etcd is down.", "is it?"].map(sentence)).toEqual(["Writes were back.", "etcd is down.", "Is it?"]);
});
