import { expect, test } from "vitest";
import { didYouMean } from "./did-you-mean.ts";

const KNOWN = ["etcd-member-crash", "etcd-member-stop", "title", "hold", "cadence"];

test.each([
  ["etcd-member-crsh", "etcd-member-crash"],
  ["etcdMemberStop", "etcd-member-stop"],
  ["titel", "title"],
  ["hodl", undefined],
  ["hol", "hold"],
  ["crash", "etcd-member-crash"],
  ["kubernetes", undefined],
  ["", undefined],
  ["x".repeat(1000), undefined],
])("%j means %j", (typed, meant) => {
  expect(didYouMean(typed, KNOWN)).toBe(meant);
});
