import { expect, test } from "vitest";
import { flagOf } from "./facts.ts";

test("a flag's value in either form; the last one counts", () => {
  expect(flagOf(["etcd", "--election-timeout=500", "--name", "m1"], "election-timeout")).toBe("500");
  expect(flagOf(["--election-timeout", "700", "--election-timeout=900"], "election-timeout")).toBe("900");
  expect(flagOf(["--quota-backend-bytes=5"], "election-timeout")).toBeUndefined();
  expect(flagOf(["--listen=a=b"], "listen")).toBe("a=b");
});
