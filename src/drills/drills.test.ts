// What is special about single drills; what all of them owe is in test/drills.contract.test.ts.
import { expect, test } from "vitest";
import { lookAt, type MemoryTarget, memoryTarget } from "../../test/support/memory-target.ts";
import type { StepPlan } from "../core/drill.ts";
import type { Op } from "../core/op.ts";
import type { Json } from "../util/json.ts";
import { drills } from "./index.ts";

function bound(id: string, params: Readonly<Record<string, unknown>> = {}) {
  const drill = drills.find((candidate) => candidate.id === id);
  if (drill === undefined) throw new Error(`no drill ${id}`);
  return drill.bind(params);
}

async function planOf(
  target: MemoryTarget,
  id: string,
  params: Readonly<Record<string, unknown>> = {},
  outputs: Readonly<Record<string, Json>> = {},
): Promise<StepPlan> {
  const drill = bound(id, params);
  return drill.plan(await drill.prepare(lookAt(target, outputs)));
}

async function perform(target: MemoryTarget, ops: readonly Op[]): Promise<void> {
  for (const op of ops) await target.perform(op, new AbortController().signal);
}

const opNames = (ops: readonly Op[]): readonly string[] => ops.map((op) => ("member" in op ? `${op.op} ${op.member}` : op.op));

test("members that were down before stay down after a restore was undone; frozen ones are frozen again", async () => {
  const target = memoryTarget({ members: 5 });
  await perform(target, [
    { op: "member.stop", member: "m4", how: "kill" },
    { op: "member.pause", member: "m5" },
  ]);
  const plan = await planOf(target, "etcd-snapshot-restore", { from: "/given/file.db" });
  await perform(target, plan.breaks);
  await perform(target, plan.undo);
  const state = [...target.cluster.members.values()].map((member) => [member.name, member.running, member.paused]);
  expect(state).toEqual([
    ["m1", true, false],
    ["m2", true, false],
    ["m3", true, false],
    ["m4", false, false],
    ["m5", true, true],
  ]);
});

test("without a leader before, undo does not wait for one that cannot come", async () => {
  const target = memoryTarget();
  await perform(target, [
    { op: "member.stop", member: "m1", how: "kill" },
    { op: "member.stop", member: "m2", how: "kill" },
  ]);
  const plan = await planOf(target, "etcd-member-crash", { member: "m3" });
  expect(opNames(plan.undo)).toEqual(["member.start m3"]);
});

test("a partition keeps what the links had before, and hits the side without quorum", async () => {
  const target = memoryTarget({ members: 5 });
  const slow = { cut: false, delayMs: 30, jitterMs: 5, rateBytes: 1000 };
  await perform(target, [{ op: "links.set", links: [{ from: "m1", to: "m2", ...slow }] }]);
  const few = await planOf(target, "etcd-partition", { isolate: "leader" });
  expect(few.membersDown).toEqual(["m1"]);
  const [cut] = few.breaks;
  const [healed] = few.undo;
  if (cut?.op !== "links.set" || healed?.op !== "links.set") throw new Error("expected links.set");
  expect(cut.links).toHaveLength(8);
  expect(cut.links[0]).toEqual({ from: "m1", to: "m2", ...slow, cut: true });
  expect(healed.links[0]).toEqual({ from: "m1", to: "m2", ...slow });

  const many = await planOf(target, "etcd-partition", { isolate: "majority" });
  expect(many.membersDown).toHaveLength(2);
  expect(many.membersDown).not.toContain("m1");
  await expect(planOf(target, "etcd-partition", { isolate: "all" })).rejects.toMatchObject({ code: "NOTHING_PICKED" });
});

test("a partition is not proved while the isolated member still follows, or does not answer at all", async () => {
  const target = memoryTarget();
  const drill = bound("etcd-partition", { isolate: "leader" });
  const look = lookAt(target);
  const state = await drill.prepare(look);
  const before = await drill.fingerprint(look, state);
  await perform(target, drill.plan(state).breaks);
  const after = (await drill.fingerprint(look, state)) as { readonly losing: Readonly<Record<string, Json>> } & Record<string, Json>;
  const losing = (answers: boolean, believesLeader: string | null): Json => ({ ...after, losing: { m1: { answers, believesLeader } } });
  expect(drill.prove(before, losing(true, "m1"), state, []).because).toBe("m1 still follows m1");
  expect(drill.prove(before, losing(false, null), state, []).because).toContain("does not answer clients");
  expect(drill.prove(before, { ...after, leader: null }, state, []).because).toBe("the side with quorum has no leader yet");
  expect(drill.prove(before, after, state, []).proved).toBe(true);
});

test("a restarted victim is not down", async () => {
  const target = memoryTarget();
  const drill = bound("etcd-member-crash", { member: "leader" });
  const look = lookAt(target);
  const state = await drill.prepare(look);
  const before = await drill.fingerprint(look, state);
  await perform(target, [...drill.plan(state).breaks, { op: "member.start", member: "m1" }]);
  expect(drill.prove(before, await drill.fingerprint(look, state), state, [])).toEqual({
    proved: false,
    because: "not down: m1 runs again (1000@10000)",
  });
});

test("filling is refused when the quota is larger than may be written, or cannot be read", async () => {
  await expect(planOf(memoryTarget({ quotaBytes: 2 * 1024 ** 3 }), "etcd-nospace")).rejects.toMatchObject({
    code: "GUARD_REFUSED",
    message: "etcd's quota is 2 GiB, and at most 64 MiB may be written",
  });
  await expect(planOf(memoryTarget({ quotaBytes: null }), "etcd-nospace")).rejects.toMatchObject({ code: "GUARD_REFUSED" });
});

test("members are defragmented with the leader last", async () => {
  const target = memoryTarget();
  expect(opNames((await planOf(target, "etcd-defrag")).breaks)).toEqual(["etcd.defrag m2", "etcd.defrag m3", "etcd.defrag m1"]);
  const defrags = opNames((await planOf(target, "etcd-nospace")).undo).filter((name) => name.startsWith("etcd.defrag"));
  expect(defrags.at(-1)).toBe("etcd.defrag m1");
});

test("the corrupt member's undo never puts an older folder under a voter that went on voting", async () => {
  const plan = await planOf(memoryTarget(), "etcd-corrupt-member");
  expect(plan.undo.some((op) => op.op.startsWith("data."))).toBe(false);
});

test("a restore takes the file from the step that is named, or a path, and nothing else", async () => {
  const target = memoryTarget();
  const outputs = { Save: { file: "/snapshots/a.db" }, Other: { evidence: [] } };
  const fileOf = async (from: string): Promise<unknown> => {
    const restore = (await planOf(target, "etcd-snapshot-restore", { from }, outputs)).recovers.find((op) => op.op === "data.restore");
    return restore?.op === "data.restore" ? restore.snapshot : undefined;
  };
  expect(await fileOf("Save")).toBe("/snapshots/a.db");
  expect(await fileOf("./b.db")).toBe("./b.db");
  await expect(fileOf("Other")).rejects.toThrow('step "Other" takes no snapshot');
  await expect(fileOf("Sav")).rejects.toThrow('"Sav" is neither an earlier step nor a path');
});

test("a restore raises the revision by default; without raising it nothing is marked", async () => {
  const restores = async (params: Readonly<Record<string, unknown>>): Promise<readonly unknown[]> =>
    (await planOf(memoryTarget(), "etcd-snapshot-restore", { from: "/a.db", ...params })).recovers
      .filter((op) => op.op === "data.restore")
      .map(({ bumpRevision, markCompacted, token }) => [bumpRevision, markCompacted, token]);
  expect(await restores({})).toEqual(Array.from({ length: 3 }, () => [1_000_000_000, true, "fd-ab12-1"]));
  expect(await restores({ bumpRevision: 0 })).toEqual(Array.from({ length: 3 }, () => [0, false, "fd-ab12-1"]));
  await expect(restores({ markCompacted: false })).rejects.toMatchObject({ code: "PLAYBOOK_INVALID" });
});

test("--force-new-cluster is used for one start only, and the others join one after the other", async () => {
  const plan = await planOf(memoryTarget(), "etcd-force-new-cluster", { survivor: "m3" });
  const starts = plan.recovers.filter((op) => op.op === "member.start");
  expect(starts.map((op) => [op.member, op.extraArgs ?? [], op.joining ?? false])).toEqual([
    ["m3", ["--force-new-cluster"], false],
    ["m3", [], false],
    ["m1", [], true],
    ["m2", [], true],
  ]);
  const names = opNames(plan.recovers);
  expect(names.indexOf("etcd.memberPromote m1")).toBeLessThan(names.indexOf("etcd.memberAdd m2"));
});

test("the survivor's data is copied while it stands still, before it is rewritten", async () => {
  const plan = await planOf(memoryTarget(), "etcd-force-new-cluster", { survivor: "m3" });
  const own = opNames(plan.breaks).filter((name) => name.endsWith(" m3"));
  expect(own).toEqual(["member.stop m3", "data.copyAside m3", "member.start m3"]);
  expect(opNames(plan.undo)).toContain("data.bringBack m3");
});

test("quorum is not lost while a leader is seen or a read works", async () => {
  const target = memoryTarget();
  const drill = bound("etcd-quorum-loss");
  const look = lookAt(target);
  const state = await drill.prepare(look);
  const before = await drill.fingerprint(look, state);
  await perform(target, drill.plan(state).breaks);
  const after = (await drill.fingerprint(look, state)) as Readonly<Record<string, Json>>;
  expect(drill.prove(before, after, state, []).proved).toBe(true);
  expect(drill.prove(before, { ...after, leader: "m3" }, state, []).because).toBe("m3 is still seen as leader");
  expect(drill.prove(before, { ...after, reads: true }, state, []).because).toBe("a linearizable read still works");
});

test("a replacement that would cost quorum is refused", async () => {
  const target = memoryTarget();
  await perform(target, [{ op: "member.stop", member: "m3", how: "kill" }]);
  await expect(planOf(target, "etcd-member-replace")).rejects.toMatchObject({ code: "GUARD_REFUSED" });
});

test("a snapshot is proved by every rung, a revision and a digest", () => {
  const drill = bound("etcd-snapshot");
  const report = { revision: 7, sha256: "a".repeat(64), keys: 2, steps: [{ name: "trailer", ok: true, detail: "" }] };
  const proved = (own: Readonly<Record<string, Json>>): boolean => drill.prove(null, null, {}, [{}, { ...report, ...own }]).proved;
  expect(proved({})).toBe(true);
  expect(proved({ steps: [] })).toBe(false);
  expect(proved({ steps: [{ name: "trailer", ok: false, detail: "cut short" }] })).toBe(false);
  expect(proved({ revision: null })).toBe(false);
  expect(drill.prove(null, null, {}, [{}]).proved).toBe(false);
});

test("a command without an effect check says so; one whose check held before proves nothing", async () => {
  const plain = bound("command", { argv: ["set", "x"] });
  const target = memoryTarget();
  expect(plain.prove(await plain.fingerprint(lookAt(target), {}), null, {}, [{}])).toEqual({
    proved: false,
    because: "the playbook declares no effect check for this command",
  });
  const checked = bound("command", { argv: ["set", "x"], effect: { argv: ["has", "x"] } });
  const seen = (exitCode: number | null): Json => ({ exitCode });
  expect(await checked.fingerprint(lookAt(target), {})).toEqual(seen(1));
  expect(checked.prove(seen(0), seen(0), {}, [])).toMatchObject({ proved: false });
  expect(checked.prove(seen(1), seen(0), {}, [])).toMatchObject({ proved: true });
});

test("a person's refusal proves nothing", () => {
  const drill = bound("manual", { prompt: "Do it." });
  const proved = (answer: Json): boolean => drill.prove(null, null, {}, [answer]).proved;
  expect(["done", "it is in the wiki", "note taken", { answer: "yes" }].map(proved)).toEqual([true, true, true, true]);
  expect(["no", " N ", "skip", "", { answer: "Failed" }].map(proved)).toEqual([false, false, false, false, false]);
});
