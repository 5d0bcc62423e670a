// A local target with real etcd members: what drills do to it, seen to happen and seen to be undone.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LinkState } from "../../src/core/op.ts";
import type { Target } from "../../src/core/target.ts";
import type { ClusterView } from "../../src/core/view.ts";
import { memberOf, processIdentity } from "../../src/core/view.ts";
import { type CreateOptions, createLocal } from "../../src/targets/local/create.ts";
import { destroyLocal } from "../../src/targets/local/destroy.ts";
import { listLocal } from "../../src/targets/local/list.ts";
import { openLocal } from "../../src/targets/local/open.ts";
import { pickFreePorts } from "../../src/targets/local/ports.ts";
import { findEtcd } from "../../src/targets/shared/assets.ts";
import { poll } from "../../src/util/poll.ts";
import { processStartTime } from "../../src/util/process-identity.ts";
import { freshHome } from "../support/fake-target.ts";
import { processesNaming } from "./support/cli.ts";

const NAMES = ["m1", "m2", "m3"];
const signal = AbortSignal.timeout(170_000);
let home: string;
let base: Omit<CreateOptions, "name">;
let target: Target;

beforeAll(async () => {
  home = freshHome();
  const tools = await findEtcd({ env: process.env, cacheDir: `${home}/cache`, isRoot: false, onProgress: () => undefined }, signal);
  base = {
    home,
    spec: { type: "local", members: 3, quotaBytes: 16 * 1024 * 1024, etcdArgs: ["--snapshot-count=1000"] },
    tools,
    throwAway: true,
    owner: { pid: process.pid, startTime: processStartTime(process.pid) ?? "" },
    onProgress: () => undefined,
  };
  await createLocal({ ...base, name: "lab" }, signal);
  target = await openLocal({ home, name: "lab" }, signal);
});

afterAll(async () => {
  await target[Symbol.asyncDispose]();
  for (const { name } of await listLocal(home)) await destroyLocal(home, name, AbortSignal.timeout(30_000));
  const left = readdirSync(`${home}/targets`);
  rmSync(home, { recursive: true });
  expect(left).toEqual([]);
});

const until = (wanted: (view: ClusterView) => boolean): Promise<ClusterView> =>
  poll(
    async () => {
      const view = await target.look(signal);
      return wanted(view) ? view : undefined;
    },
    { everyMs: 50, signal },
  );
const whole = (): Promise<ClusterView> =>
  until((view) => view.leader !== null && view.members.every((member) => member.answers && member.believesLeader === view.leader));
const linksOf = (member: string, change: Partial<LinkState>): LinkState[] =>
  NAMES.filter((name) => name !== member).flatMap((other) => [
    { from: member, to: other, cut: false, delayMs: 0, jitterMs: 0, rateBytes: 0, ...change },
    { from: other, to: member, cut: false, delayMs: 0, jitterMs: 0, rateBytes: 0, ...change },
  ]);

test("it is up, says what it is, and is clean", async () => {
  const view = await whole();
  expect(view.members.map(({ name, learner, alarms, paused }) => ({ name, learner, alarms, paused }))).toEqual(
    NAMES.map((name) => ({ name, learner: false, alarms: [], paused: false })),
  );
  const { constants, versions } = await target.facts(signal);
  expect(constants).toMatchObject({
    "etcd heartbeat interval": "100 ms",
    "etcd request timeout": "7000 ms",
    "etcd backend quota": "16 MiB",
    "etcd snapshot count": "1000",
  });
  expect(view.members[0]?.version).toBe(versions["etcd"]);
  expect(target.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(await target.residue([], signal)).toEqual([]);
});

test("the leader killed: another leads, the process is another when it is back, and it joins in", async () => {
  const before = await whole();
  const leader = before.leader ?? "";
  await target.perform({ op: "member.stop", member: leader, how: "kill" }, signal);
  const without = await until((view) => view.leader !== null && view.leader !== leader);
  expect(memberOf(without, leader)).toMatchObject({ running: false, answers: false, pid: null });
  expect(await target.residue([], signal)).toMatchObject([{ kind: "member-down", fix: [{ op: "member.start", member: leader }] }]);
  await target.perform({ op: "member.start", member: leader }, signal);
  const after = await whole();
  expect(processIdentity(memberOf(after, leader))).not.toBe(processIdentity(memberOf(before, leader)));
  expect(memberOf(after, leader)?.id).toBe(memberOf(before, leader)?.id);
});

test("the leader cut off: the others elect one, it knows none, and it follows when the links heal", async () => {
  const leader = (await whole()).leader ?? "";
  await target.perform({ op: "links.set", links: linksOf(leader, { cut: true }) }, signal);
  const apart = await until((view) => view.leader !== null && view.leader !== leader && memberOf(view, leader)?.believesLeader === null);
  expect(apart.links.filter((link) => link.cut)).toHaveLength(4);
  expect(apart.links.some((link) => link.cut && link.blocked > 0)).toBe(true);
  expect((await target.residue([], signal)).map(({ kind }) => kind)).toEqual(["link-cut", "link-cut", "link-cut", "link-cut"]);
  await target.perform({ op: "links.set", links: linksOf(leader, {}) }, signal);
  await whole();
  expect(await target.residue([], signal)).toEqual([]);
});

test("slow links make writes slow by at least a round trip", async () => {
  const leader = (await whole()).leader ?? "";
  await target.perform({ op: "links.set", links: linksOf(leader, { delayMs: 30 }) }, signal);
  try {
    // A canary is one write: one round trip from the leader to the nearest follower.
    expect(await target.etcd.canary(signal)).toBeGreaterThanOrEqual(59);
    expect((await target.look(signal)).links.some((link) => (link.heldMs ?? 0) >= 29)).toBe(true);
  } finally {
    await target.perform({ op: "links.set", links: linksOf(leader, {}) }, signal);
  }
});

test("keys of a drill are found by run, and their removal is the fix", async () => {
  for (const key of ["/firedrill/one/s/1", "/firedrill/one/s/2", "/firedrill/two/x"])
    await target.perform({ op: "etcd.put", key, value: "1" }, signal);
  const found = await target.residue([], signal);
  expect(found.map(({ what }) => what)).toEqual(["2 keys of a drill under /firedrill/one/", "1 keys of a drill under /firedrill/two/"]);
  expect(await target.residue(["fd-one-1"], signal)).toHaveLength(1);
  for (const op of found.flatMap(({ fix }) => fix)) await target.perform(op, signal);
  expect(await target.residue([], signal)).toEqual([]);
});

test("when nobody comes, a dead-man carries out even what needs the etcd API", async () => {
  await target.perform({ op: "member.stop", member: "m1", how: "kill" }, signal);
  await target.armDeadMan(
    {
      id: "run/step",
      afterMs: 200,
      ops: [
        { op: "member.start", member: "m1" },
        { op: "wait.answers", members: [...NAMES], withLeader: true },
      ],
    },
    signal,
  );
  const [fired] = await poll(
    async () => {
      const timers = await target.deadMen(signal);
      return timers.every(({ state }) => state !== "armed") ? timers : undefined;
    },
    { everyMs: 50, signal },
  );
  expect(fired).toMatchObject({ id: "run/step", state: "fired" });
  expect(await target.disarmDeadMan("run/step", signal)).toBe(false);
  await whole();
  expect(await target.residue([], signal)).toEqual([]);
});

test("one survivor of a forced new cluster, and the others joined one by one", async () => {
  await whole();
  for (const member of NAMES) await target.perform({ op: "member.stop", member, how: "kill" }, signal);
  await target.perform({ op: "member.start", member: "m1", extraArgs: ["--force-new-cluster"] }, signal);
  await until((view) => view.leader === "m1");
  await target.perform({ op: "member.stop", member: "m1", how: "term" }, signal);
  await target.perform({ op: "member.start", member: "m1" }, signal);
  for (const member of ["m2", "m3"]) {
    await target.perform({ op: "data.setAside", member, tag: "fd-test-1" }, signal);
    await target.perform({ op: "etcd.memberAdd", member, learner: true }, signal);
    await target.perform({ op: "member.start", member, joining: true }, signal);
    await target.perform({ op: "etcd.memberPromote", member }, signal);
  }
  const view = await whole();
  expect(view.members.every(({ learner, id }) => !learner && id !== null)).toBe(true);
  const left = await target.residue([], signal);
  expect(left.map(({ kind }) => kind)).toEqual(["data-aside", "data-aside"]);
  for (const op of left.flatMap(({ fix }) => fix)) await target.perform(op, signal);
  expect(await target.residue([], signal)).toEqual([]);
});

test("a name that is taken, one that is not there, and a port in use are said so, and nothing is left", async () => {
  await expect(createLocal({ ...base, name: "lab" }, signal)).rejects.toMatchObject({ code: "TARGET_EXISTS" });
  await expect(openLocal({ home, name: "lap" }, signal)).rejects.toMatchObject({
    code: "TARGET_UNKNOWN",
    hint: expect.stringContaining('did you mean "lab"?') as string,
  });
  const [port = 0] = await pickFreePorts(1, Math.random);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  try {
    const creating = createLocal({ ...base, name: "other", basePort: port }, signal);
    await expect(creating).rejects.toMatchObject({
      code: "PORT_TAKEN",
      message: expect.stringMatching(`port ${port} .* in use by .*pid ${process.pid}`) as string,
    });
  } finally {
    server.close();
  }
  expect(readdirSync(`${home}/targets`)).toEqual(["lab"]);
});

test("a setting that etcd refuses fails with its own words, and leaves nothing behind", async () => {
  const spec = { ...base.spec, members: 1, etcdArgs: ["--no-such-flag=1"] };
  await expect(createLocal({ ...base, name: "bad", spec }, signal)).rejects.toMatchObject({
    code: "TARGET_FAILED_TO_START",
    message: expect.stringContaining("no-such-flag") as string,
  });
  expect(existsSync(`${home}/targets/bad`)).toBe(false);
});

test("an abort at any moment of its start leaves nothing behind", async () => {
  // All of these are before a leader can have been elected.
  for (const afterMs of [1, 40, 100, 200, 300]) {
    const early = AbortSignal.timeout(afterMs);
    await expect(createLocal({ ...base, name: "aborted" }, early)).rejects.toMatchObject({ name: "TimeoutError" });
    expect(readdirSync(`${home}/targets`)).toEqual(["lab"]);
    expect(processesNaming(`${home}/targets/aborted`)).toEqual([]);
  }
});
