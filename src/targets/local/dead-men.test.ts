import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Op } from "../../core/op.ts";
import { poll } from "../../util/poll.ts";
import { type DeadMen, openDeadMen } from "./dead-men.ts";

const HOUR_MS = 3_600_000;
const start = (member: string): Op => ({ op: "member.start", member });
const signal = AbortSignal.timeout(30_000);
let folder: string;
let file: string;
let done: string[];
let deadMen: DeadMen;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "firedrill-test-"));
  file = join(folder, "deadmen.json");
  done = [];
  deadMen = open();
});
afterEach(async () => {
  await deadMen[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function open(): DeadMen {
  return openDeadMen({
    file,
    log: () => undefined,
    perform: async (op) => {
      const member = "member" in op ? op.member : op.op;
      done.push(member);
      if (member === "broken") throw new Error("it does not start");
      return null;
    },
  });
}
const settled = (id: string) =>
  poll(async () => deadMen.list().find((each) => each.id === id && each.state !== "armed"), { everyMs: 5, signal });

test("it is on disk when arming returns", async () => {
  await deadMen.arm({ id: "r/s", afterMs: HOUR_MS, ops: [start("m1")] });
  expect(readFileSync(file, "utf8")).toContain('"member.start"');
  expect(deadMen.list()).toEqual([{ id: "r/s", afterMs: HOUR_MS, ops: [start("m1")], state: "armed", detail: "" }]);
  expect(deadMen.pending()).toBe(true);
});

test("when nobody comes it carries out its operations in order and says so on disk", async () => {
  await deadMen.arm({ id: "r/s", afterMs: 1, ops: [start("m1"), start("m2")] });
  expect((await settled("r/s")).state).toBe("fired");
  expect(done).toEqual(["m1", "m2"]);
  expect(readFileSync(file, "utf8")).toContain('"fired"');
  expect(deadMen.pending()).toBe(false);
});

test("it goes on past an operation that fails, and is failed", async () => {
  await deadMen.arm({ id: "r/s", afterMs: 1, ops: [start("broken"), start("m2")] });
  const state = await settled("r/s");
  expect(done).toEqual(["broken", "m2"]);
  expect(state).toMatchObject({ state: "failed", detail: expect.stringContaining("it does not start") as string });
});

test("disarming one that waits gives true and it never fires; one that fired gives false; both are forgotten", async () => {
  await deadMen.arm({ id: "waits", afterMs: HOUR_MS, ops: [start("m1")] });
  expect(await deadMen.disarm("waits")).toBe(true);
  await deadMen.arm({ id: "fires", afterMs: 1, ops: [start("m2")] });
  await settled("fires");
  expect(await deadMen.disarm("fires")).toBe(false);
  expect(deadMen.list()).toEqual([]);
  expect(done).toEqual(["m2"]);
});

test("arming again replaces the timer and what it would do", async () => {
  await deadMen.arm({ id: "r/s", afterMs: HOUR_MS, ops: [start("m1")] });
  await deadMen.arm({ id: "r/s", afterMs: 1, ops: [start("m2")] });
  await settled("r/s");
  expect(done).toEqual(["m2"]);
  expect(deadMen.list()).toHaveLength(1);
});

test("what fired is still known to the next supervisor", async () => {
  await deadMen.arm({ id: "r/s", afterMs: 1, ops: [start("m1")] });
  await settled("r/s");
  await deadMen[Symbol.asyncDispose]();
  deadMen = open();
  expect(deadMen.list()).toMatchObject([{ id: "r/s", state: "fired" }]);
});
