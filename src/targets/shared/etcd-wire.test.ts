import { expect, it } from "vitest";
import { metricValue } from "./etcd-metrics.ts";
import { decimalId, hexId, keyAfter, prefixRange } from "./etcd-wire.ts";

it("turns 64-bit ids to hex and back without losing a bit", () => {
  expect(hexId("18446744073709551615")).toBe("ffffffffffffffff");
  expect(decimalId("8e9e05c52164694d")).toBe("10276657743932975437");
  expect(hexId(decimalId("9007199254740993"))).toBe("9007199254740993");
  expect(hexId("0")).toBeNull();
});

it("ends a prefix's range before the next sibling", () => {
  expect(prefixRange("/a/")).toEqual({ key: Buffer.from("/a/"), range_end: Buffer.from("/a0") });
  // "ÿ" ends in a byte below 0xff in UTF-8, so only the empty prefix reaches the end of all keys.
  expect(prefixRange("")).toEqual({ key: Buffer.from([0]), range_end: Buffer.from([0]) });
  expect(keyAfter(Buffer.from("a"))).toEqual(Buffer.from([0x61, 0]));
});

it("reads a metric's value and nothing else's", () => {
  const page = '# HELP etcd_a_total x\netcd_a_total_more 7\netcd_a_total 2.1e+09\netcd_b{c="d"} 1\n';
  expect(metricValue(page, "etcd_a_total")).toBe(2.1e9);
  expect(metricValue(page, "etcd_b")).toBeUndefined();
});
