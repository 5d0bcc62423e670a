import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { z } from "zod";
import { type MemoryTarget, memoryTarget } from "../../test/support/memory-target.ts";
import { type Finding, rememberAll } from "../core/assertion.ts";
import type { Op } from "../core/op.ts";
import { monoMs } from "../util/clock.ts";
import { isObject, type Json } from "../util/json.ts";
import { assertions } from "./index.ts";

function look(
  target: MemoryTarget,
  id: string,
  params: Readonly<Record<string, unknown>> = {},
  given: { readonly baseline?: Json; readonly outputs?: Readonly<Record<string, Json>> } = {},
): Promise<Finding> {
  const assertion = assertions.find((candidate) => candidate.id === id);
  if (assertion === undefined) throw new Error(`no assertion ${id}`);
  return assertion.bind(params)({
    target,
    signal: new AbortController().signal,
    runId: "r",
    baseline: given.baseline ?? null,
    output: (step) => given.outputs?.[step],
  });
}

async function after(...ops: readonly Op[]): Promise<MemoryTarget> {
  const target = memoryTarget();
  for (const op of ops) await target.perform(op, new AbortController().signal);
  return target;
}
const m3Down: Op = { op: "member.stop", member: "m3", how: "kill" };

test("ids are unique and sorted, every parameter is described", () => {
  const ids = assertions.map((assertion) => assertion.id);
  expect(ids).toEqual([...new Set(ids)].toSorted());
  for (const assertion of assertions) {
    const schema: unknown = z.toJSONSchema(assertion.params, { io: "input", target: "draft-7" });
    const properties = isObject(schema) && isObject(schema["properties"]) ? schema["properties"] : {};
    for (const [name, property] of Object.entries(properties)) {
      expect(isObject(property) ? property["description"] : undefined, `${assertion.id} ${name}`).toMatch(/\.$/);
    }
  }
});

test("etcd-healthy: all voters, one leader, no alarm, a write", async () => {
  expect(await look(memoryTarget(), "etcd-healthy")).toEqual({
    ok: true,
    observed: "3 voting members follow m1, no alarms, a write took 2 ms",
  });
  expect(await look(await after(m3Down), "etcd-healthy")).toEqual({ ok: false, observed: "m3 is down" });
  expect(await look(await after({ op: "member.pause", member: "m2" }), "etcd-healthy")).toEqual({ ok: false, observed: "m2 is frozen" });
  const full = await after({ op: "etcd.fill", prefix: "/f/", maxBytes: 1, valueBytes: 1 });
  expect((await look(full, "etcd-healthy")).observed).toContain("m1 has alarm NOSPACE");
  const { etcd, ...rest } = memoryTarget();
  const refusing = { ...rest, etcd: { ...etcd, canary: () => Promise.reject(new Error("no")) } };
  expect(await look(refusing, "etcd-healthy")).toEqual({ ok: false, observed: "the members answer, but a write failed: no" });
});

test("etcd-members counts healthy, voting and learning members", async () => {
  expect(await look(memoryTarget(), "etcd-members", { voting: 3 })).toMatchObject({ ok: true });
  expect(await look(memoryTarget(), "etcd-members", { voting: 5 })).toMatchObject({ ok: false });
  const down = await after(m3Down);
  expect(await look(down, "etcd-members")).toMatchObject({ ok: false });
  expect(await look(down, "etcd-members", { healthy: 2, voting: 3 })).toMatchObject({ ok: true });
  const learning = await after(m3Down, { op: "etcd.memberRemove", member: "m3" }, { op: "etcd.memberAdd", member: "m3", learner: true });
  expect(await look(learning, "etcd-members", { healthy: 2, voting: 2, learners: 1 })).toMatchObject({ ok: true });
  expect(await look(learning, "etcd-members", { healthy: 2 })).toMatchObject({ ok: false });
});

test("etcd-leader-stable sees a change of leader", async () => {
  const target = memoryTarget();
  expect(await look(target, "etcd-leader-stable", { for: "300ms" })).toMatchObject({ ok: true });
  const views = [await target.look(new AbortController().signal)];
  const moving: MemoryTarget = {
    ...target,
    look: async (signal) => {
      const view = views.pop();
      return view ?? { ...(await target.look(signal)), leader: "m2" };
    },
  };
  expect((await look(moving, "etcd-leader-stable", { for: "300ms" })).observed).toContain("leader m1 to m2");
});

test("etcd-consistent compares every voter at one revision", async () => {
  expect(await look(memoryTarget(), "etcd-consistent")).toMatchObject({ ok: true });
  const marker = "0123456789abcdef";
  const corrupt = await after(
    { op: "etcd.put", key: "/x", value: marker },
    m3Down,
    { op: "data.flip", member: "m3", marker },
    { op: "member.start", member: "m3" },
  );
  expect((await look(corrupt, "etcd-consistent")).observed).toContain("the members differ at revision");
  expect((await look(await after(m3Down), "etcd-consistent")).observed).toBe("cannot be compared, because it does not answer: m3");
});

test("etcd-writable: acknowledged, and in time", async () => {
  expect(await look(memoryTarget(), "etcd-writable", { under: "2ms" })).toMatchObject({ ok: true });
  expect(await look(memoryTarget(), "etcd-writable", { under: "1ms" })).toEqual({
    ok: false,
    observed: "a write took 2 ms, at most 1 ms allowed",
  });
  const lost = await after(m3Down, { op: "member.stop", member: "m2", how: "kill" });
  expect(await look(lost, "etcd-writable")).toMatchObject({ ok: false });
});

test("keyspace-intact counts, and compares with what was remembered; our own keys do not count", async () => {
  const target = memoryTarget();
  const expectation = { assertion: "keyspace-intact", params: { prefix: "/app/", unchanged: true } };
  const context = { target, signal: new AbortController().signal, runId: "r", baseline: null, output: () => undefined };
  const baseline = { remembered: await rememberAll(assertions, [expectation], context) };
  const compare = (): Promise<Finding> => look(target, "keyspace-intact", expectation.params, { baseline });

  expect(await look(target, "keyspace-intact", { atLeast: 2 })).toMatchObject({ ok: true });
  expect(await look(target, "keyspace-intact", { atLeast: 3 })).toMatchObject({ ok: false });
  expect(await compare()).toMatchObject({ ok: true });
  await target.perform({ op: "etcd.put", key: "/firedrill/x", value: "1" }, context.signal);
  expect(await look(target, "keyspace-intact", { atLeast: 3 })).toMatchObject({ ok: false });
  await target.perform({ op: "etcd.put", key: "/app/a", value: "changed" }, context.signal);
  expect((await compare()).observed).toContain("not the same keys and values");
  await target.perform({ op: "etcd.put", key: "/app/c", value: "3" }, context.signal);
  expect((await compare()).observed).toBe('3 keys under "/app/", 2 when the run began');
  expect(await look(target, "keyspace-intact", { unchanged: true }, { baseline })).toMatchObject({ ok: false });
});

test("snapshot-fresh takes its age from the step's output", async () => {
  const taken = { Save: { file: "/s/a.db", preparedAtMonoMs: monoMs() - 60_000 } };
  const fresh = (from: string, maxAge: string): Promise<Finding> =>
    look(memoryTarget(), "snapshot-fresh", { from, maxAge }, { outputs: taken });
  expect(await fresh("Save", "2m")).toMatchObject({ ok: true });
  expect(await fresh("Save", "30s")).toMatchObject({ ok: false });
  expect(await fresh("Other", "2m")).toEqual({ ok: false, observed: 'step "Other" has taken no snapshot' });
});

test("http compares the status, and says when nobody answers", async () => {
  const server = createServer((_request, response) => response.writeHead(503, { connection: "close" }).end());
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  expect((await look(memoryTarget(), "http", { url })).observed).toMatch(/^status 503 after .*, 200 expected$/);
  expect(await look(memoryTarget(), "http", { url, status: 503 })).toMatchObject({ ok: true });
  await new Promise((resolve) => server.close(resolve));
  // Port 1 (tcpmux) is refused everywhere.
  expect(await look(memoryTarget(), "http", { url: "http://127.0.0.1:1/" })).toMatchObject({
    ok: false,
    observed: expect.stringMatching(/^no answer: ./) as string,
  });
});

test("command compares the exit code", async () => {
  const target = memoryTarget();
  expect(await look(target, "command", { argv: ["has", "x"] })).toEqual({
    ok: false,
    observed: '"has x" ended with exit code 1, 0 expected',
  });
  expect(await look(target, "command", { argv: ["has", "x"], exitCode: 1 })).toMatchObject({ ok: true });
});
