// What every drill owes: looking touches nothing; breaking shows; undo restores, from wherever it was interrupted, once or twice.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { BoundDrill, Drill, LookContext, StepPlan } from "../src/core/drill.ts";
import { type Op, opsSchema } from "../src/core/op.ts";
import { drills } from "../src/drills/index.ts";
import { isObject, type Json } from "../src/util/json.ts";
import { essence, type FakeCluster } from "./support/fake-cluster.ts";
import { lookAt, type MemoryTarget, memoryTarget } from "./support/memory-target.ts";

/** Parameters for drills that cannot do with none. */
const GIVEN: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  command: { argv: ["set", "x"], undo: ["unset", "x"], effect: { argv: ["has", "x"] } },
  manual: { prompt: "Pull the cable.", undo: "Put it back." },
  "etcd-snapshot-restore": { from: "/fake/given.db" },
};

interface Ready {
  readonly target: MemoryTarget;
  readonly look: LookContext;
  readonly bound: BoundDrill;
  readonly state: Json;
  readonly plan: StepPlan;
}

async function ready(drill: Drill): Promise<Ready> {
  const target = memoryTarget();
  const first = target.cluster.members.get("m1")?.data;
  if (first != null) target.cluster.files.set("/fake/given.db", structuredClone(first));
  const look = lookAt(target);
  const bound = drill.bind(GIVEN[drill.id] ?? {});
  const state = await bound.prepare(look);
  return { target, look, bound, state, plan: bound.plan(state) };
}

async function performAll(target: MemoryTarget, ops: readonly Op[]): Promise<readonly Json[]> {
  const evidence: Json[] = [];
  for (const op of ops) evidence.push(await target.perform(op, new AbortController().signal));
  return evidence;
}

const seen = (cluster: FakeCluster, ids = true): unknown => essence(cluster, { ids });

test("ids are unique and sorted", () => {
  const ids = drills.map((drill) => drill.id);
  expect(ids).toEqual([...new Set(ids)].toSorted());
});

describe.each(drills.map((drill) => [drill.id, drill] as const))("%s", (id, drill) => {
  test("every parameter is described, and the defaults are in the schema", () => {
    const schema: unknown = z.toJSONSchema(drill.params, { io: "input", target: "draft-7" });
    expect(isObject(schema) && schema["additionalProperties"]).toBe(false);
    const properties = isObject(schema) && isObject(schema["properties"]) ? schema["properties"] : {};
    for (const [name, property] of Object.entries(properties)) {
      expect(isObject(property) ? property["description"] : undefined, name).toMatch(/\.$/);
    }
  });

  test("has notes and the smallest playbook that runs it", () => {
    const folder = join(import.meta.dirname, "..", "src", "drills", id);
    expect(existsSync(join(folder, "notes.md"))).toBe(true);
    expect(readFileSync(join(folder, "example.yaml"), "utf8")).toContain(`drill: ${id}\n`);
  });

  test("looking performs nothing and changes nothing", async () => {
    const target = memoryTarget();
    const before = seen(target.cluster);
    const look = lookAt(target, { earlier: { file: "/fake/given.db" } });
    await drill.bind(GIVEN[id] ?? {}).prepare(look);
    expect(target.performed).toEqual([]);
    expect(seen(target.cluster)).toEqual(before);
  });

  test("the plan is pure and holds only valid operations; the state survives JSON", async () => {
    const { bound, state, plan } = await ready(drill);
    const again = bound.plan(JSON.parse(JSON.stringify(state)) as Json);
    expect(again).toEqual(plan);
    for (const ops of [plan.breaks, plan.recovers, plan.undo, plan.cleanup]) expect(opsSchema.parse(ops)).toEqual(ops);
  });

  test("breaking is proved, and not proved when nothing was done", async () => {
    const { target, look, bound, state, plan } = await ready(drill);
    const before = await bound.fingerprint(look, state);
    expect(bound.prove(before, await bound.fingerprint(look, state), state, [])).toMatchObject({ proved: false });
    const evidence = [...(await performAll(target, plan.breaks))];
    if (drill.proveAfter === "recover") evidence.push(...(await performAll(target, plan.recovers)));
    const proof = bound.prove(before, await bound.fingerprint(look, state), state, evidence);
    expect(proof.because).not.toBe("");
    expect(proof).toMatchObject({ proved: true });
  });

  test("undo restores what was there from every point the breaking may have been interrupted at, and twice is like once", async () => {
    const { plan } = await ready(drill);
    for (let done = 0; done <= plan.breaks.length; done++) {
      const { target } = await ready(drill);
      const before = seen(target.cluster);
      await performAll(target, plan.breaks.slice(0, done));
      await performAll(target, plan.undo);
      expect(seen(target.cluster), `after ${done} operations`).toEqual(before);
      await performAll(target, plan.undo);
      expect(seen(target.cluster), `after ${done} operations, twice`).toEqual(before);
    }
  });

  test("undo restores a working cluster from every point the recovery may have been interrupted at", async () => {
    const { plan } = await ready(drill);
    for (let done = 0; done <= plan.recovers.length; done++) {
      const { target } = await ready(drill);
      const before = seen(target.cluster, false);
      await performAll(target, [...plan.breaks, ...plan.recovers.slice(0, done)]);
      await performAll(target, plan.undo);
      expect(seen(target.cluster, false), `after ${done} operations of the recovery`).toEqual(before);
    }
  });

  test("a completed procedure and its cleanup leave nothing aside, every member running, and the application's keys", async () => {
    const { target, plan } = await ready(drill);
    if (plan.recovers.length === 0) return;
    const filesBefore = [...target.cluster.files.keys()];
    await performAll(target, [...plan.breaks, ...plan.recovers, ...plan.cleanup]);
    await performAll(target, plan.cleanup);
    for (const member of target.cluster.members.values()) {
      expect([...member.asides.keys()]).toEqual([]);
      expect(member.running).toBe(true);
      expect(member.data?.kv.get("/app/a")).toBe("1");
      expect(member.data?.list.get(member.name)?.learner).toBe(false);
    }
    expect([...target.cluster.files.keys()]).toEqual(filesBefore);
  });
});
