import { expect, test } from "vitest";
import type { RunEvent } from "../core/event.ts";
import { SHOT } from "../core/probe.ts";
import { liveStrips } from "./strips.ts";

const head = { seq: 0, ts: "", atMs: 0, prev: "" } as const;

test("half-second cells: all ok, some, none, and not sampled, newest at the right", () => {
  const strips = liveStrips();
  const row = { row: 0, probe: "writes", type: "etcd-write", endpoint: "m1", everyMs: 250, deadlineMs: 1000, t0Ms: 0 };
  strips.event({ ...head, type: "probes.started", data: { rows: [row], sentinel: null } } satisfies RunEvent);
  const codes = [SHOT.ok, SHOT.ok, SHOT.ok, SHOT.deadline, SHOT.refused, SHOT.refused, SHOT.notSampled, SHOT.notSampled];
  strips.event({ ...head, type: "samples", data: { row: 0, shots: codes.map((code, n) => [n, code, 1] as const) } } satisfies RunEvent);
  expect(strips.lines(100)[0]?.slice(-4)).toBe("█▒░·");
  expect(strips.lines(100)[0]?.startsWith("writes m1 ")).toBe(true);
});
