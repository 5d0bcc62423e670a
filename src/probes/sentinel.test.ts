import { describe, expect, it } from "vitest";
import type { SentinelWrite } from "../core/event.ts";
import { WRITE } from "../core/probe.ts";
import { sentinelWriter } from "./sentinel.ts";

function setup(put: (member: string, key: string, value: string) => Promise<{ readonly revision: number }>) {
  const writes: SentinelWrite[] = [];
  let now = 0;
  const sentinel = sentinelWriter({
    prefix: "/p/",
    members: ["m1", "m2", "m3"],
    put,
    classify: () => WRITE.indeterminate,
    nowMs: () => ++now,
    report: (write) => writes.push(write),
  });
  return { sentinel, writes };
}

describe("sentinelWriter", () => {
  it("numbers writes strictly and puts number and time into the value", async () => {
    const sent: string[] = [];
    const { sentinel, writes } = setup(async (member, key, value) => {
      sent.push(`${member} ${key}=${value}`);
      return { revision: 40 + sent.length };
    });
    await sentinel.write();
    await sentinel.write();
    expect(sent).toEqual(["m1 /p/0000000001=1:1", "m1 /p/0000000002=2:3"]);
    expect(writes).toEqual([
      [1, WRITE.acked, 41, 1, 2],
      [2, WRITE.acked, 42, 3, 4],
    ]);
  });

  it("moves on once when many writes in flight fail at one member, and sends nothing twice", async () => {
    const keys: string[] = [];
    const { sentinel, writes } = setup(async (member, key) => {
      keys.push(key);
      await Promise.resolve();
      if (member === "m1") throw new Error("gone");
      return { revision: 1 };
    });
    await Promise.all([sentinel.write(), sentinel.write(), sentinel.write()]);
    expect(sentinel.member()).toBe("m2");
    await sentinel.write();
    expect(sentinel.member()).toBe("m2");
    expect(new Set(keys).size).toBe(4);
    expect(writes.map((write) => write[1])).toEqual([WRITE.indeterminate, WRITE.indeterminate, WRITE.indeterminate, WRITE.acked]);
  });
});
