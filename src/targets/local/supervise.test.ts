import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FakeTarget, fakeTarget, freshHome } from "../../../test/support/fake-target.ts";
import type { LinkState } from "../../core/op.ts";
import { poll } from "../../util/poll.ts";
import { isAlive, processStartTime, signalExactly } from "../../util/process-identity.ts";
import { connectControl } from "./control-client.ts";
import { destroyLocal } from "./destroy.ts";
import { listLocal } from "./list.ts";
import { readState } from "./state-file.ts";
import { readTarget, targetDir, targetNames, targetPaths } from "./target-file.ts";

let home: string;
let signal: AbortSignal;
let children: ChildProcess[];

beforeEach(() => {
  home = freshHome();
  signal = AbortSignal.timeout(60_000);
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  for (const name of targetNames(home)) await destroyLocal(home, name, AbortSignal.timeout(30_000));
  rmSync(home, { recursive: true, force: true });
});

const start = ({ control }: FakeTarget, member: string, extraArgs: string[] = []) =>
  control.act({ op: "member.start", member, extraArgs }, null, signal);
const stateOf = async ({ control }: FakeTarget, name: string) =>
  (await control.status(signal)).members.find((member) => member.name === name);
const until = <T>(look: () => Promise<T | undefined>): Promise<T> => poll(look, { everyMs: 20, signal });

test("start, pause, resume, stop: each is seen to have happened, and doing it again is fine", async () => {
  const target = await fakeTarget({ home }, signal);
  const { control } = target;
  expect(await start(target, "m1")).toMatchObject({ started: true });
  expect(await start(target, "m1")).toMatchObject({ started: false });
  const running = await stateOf(target, "m1");
  expect(processStartTime(running?.pid ?? 0)).toBe(running?.startTime);
  expect(await control.act({ op: "member.pause", member: "m1" }, null, signal)).toMatchObject({ changed: true, paused: true });
  expect(await control.act({ op: "member.pause", member: "m1" }, null, signal)).toMatchObject({ changed: false, paused: true });
  await expect(control.act({ op: "member.stop", member: "m1", how: "term" }, null, signal)).rejects.toThrow(
    "paused and cannot act on SIGTERM",
  );
  expect(await control.act({ op: "member.resume", member: "m1" }, null, signal)).toMatchObject({ changed: true, paused: false });
  expect(await control.act({ op: "member.stop", member: "m1", how: "term" }, null, signal)).toMatchObject({
    stopped: true,
    pid: running?.pid,
  });
  expect(await control.act({ op: "member.stop", member: "m1", how: "kill" }, null, signal)).toMatchObject({ stopped: false });
  expect(isAlive(running?.pid ?? 0, running?.startTime ?? "")).toBe(false);
  expect(await stateOf(target, "m1")).toMatchObject({ running: false, desired: "down", pid: null, exit: { signal: "SIGTERM" } });
  await expect(control.act({ op: "member.pause", member: "m1" }, null, signal)).rejects.toThrow("m1 is not running");
  await expect(control.act({ op: "member.start", member: "m9" }, null, signal)).rejects.toThrow('no member is named "m9"');
});

test("a member that never starts fails with the last lines of its log", async () => {
  const target = await fakeTarget({ home, members: 1 }, signal);
  await expect(start(target, "m1", ["--refuse"])).rejects.toThrow(
    "m1 ended with exit code 3 right after it was started; its log ends: fatal: no thanks: told to refuse",
  );
  expect(await stateOf(target, "m1")).toMatchObject({ running: false });
});

test("a member that crashes stays down and says how it ended", async () => {
  const target = await fakeTarget({ home, members: 1 }, signal);
  await start(target, "m1");
  const { pid, startTime } = (await stateOf(target, "m1")) ?? {};
  signalExactly(pid ?? 0, startTime ?? "", "SIGSEGV");
  const down = await until(async () => {
    const state = await stateOf(target, "m1");
    return state?.running === false ? state : undefined;
  });
  expect(down).toMatchObject({ desired: "up", exit: { signal: "SIGSEGV" } });
});

test("settings for etcd in our own environment do not reach members", async () => {
  process.env["ETCD_NAME"] = "somebody-else";
  try {
    const target = await fakeTarget({ home, members: 1 }, signal);
    expect(await start(target, "m1")).toMatchObject({ started: true });
  } finally {
    delete process.env["ETCD_NAME"];
  }
});

test("the relay knows which member dialled", async () => {
  const target = await fakeTarget({ home }, signal);
  const relayOf = (name: string) => target.target.members.find((member) => member.name === name)?.relayPort ?? 0;
  await start(target, "m2");
  await start(target, "m1", [`--dial=${relayOf("m2")}`]);
  const carried = await until(async () => {
    const busy = (await target.control.status(signal)).links.filter((link) => link.carriedBytes > 0);
    return busy.length > 0 ? busy : undefined;
  });
  expect(carried.map(({ from, to }) => `${from}→${to}`)).toEqual(["m1→m2"]);
  const cut: LinkState = { from: "m1", to: "m2", cut: true, delayMs: 0, jitterMs: 0, rateBytes: 0 };
  await target.control.act({ op: "links.set", links: [cut] }, null, signal);
  // A connection of this process is no member's: it passes.
  const stranger = connect(relayOf("m2"), "127.0.0.1");
  const answer = await new Promise<string>((resolve) => {
    stranger.on("data", (bytes: Buffer) => resolve(bytes.toString()));
    stranger.write("hi");
  });
  stranger.destroy();
  expect(answer).toBe("hi");
});

test("a supervisor and its dead-man outlive the process that started them, killed with SIGKILL", async () => {
  // Another process makes the target, stops a member, arms the timer, and is killed.
  const script = `
    import { fakeTarget } from ${JSON.stringify(fileURLToPath(new URL("../../../test/support/fake-target.ts", import.meta.url)))};
    const signal = new AbortController().signal;
    const { control } = await fakeTarget({ home: ${JSON.stringify(home)}, members: 1 }, signal);
    await control.act({ op: "member.start", member: "m1" }, null, signal);
    await control.arm({ id: "run/step", afterMs: 1500, ops: [{ op: "member.start", member: "m1" }] }, signal);
    await control.act({ op: "member.stop", member: "m1", how: "kill" }, null, signal);
    console.log("down");
    setInterval(() => {}, 1000);`;
  const runner = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(runner);
  await new Promise((resolve) => runner.stdout?.once("data", resolve));
  runner.kill("SIGKILL");
  await new Promise((resolve) => runner.once("exit", resolve));
  const control = connectControl(readTarget(home, "fake").socket);
  const back = await until(async () => {
    const status = await control.status(signal);
    return status.deadMen[0]?.state === "armed" ? undefined : status;
  });
  expect(back.deadMen).toMatchObject([
    { id: "run/step", state: "fired", detail: expect.stringContaining("member.start m1: done") as string },
  ]);
  expect(back.members).toMatchObject([{ name: "m1", running: true }]);
  expect(await control.disarm("run/step", signal)).toBe(false);
});

test("two targets side by side: taking one down leaves the other, and nothing of its own", async () => {
  const [one, two] = await Promise.all([fakeTarget({ home, name: "one" }, signal), fakeTarget({ home, name: "two" }, signal)]);
  for (const target of [one, two]) await start(target, "m1");
  expect((await listLocal(home)).map(({ name, supervisor }) => `${name} ${supervisor}`)).toEqual(["one running", "two running"]);
  const { pid, startTime } = (await stateOf(one, "m1")) ?? {};
  expect(await destroyLocal(home, "one", signal)).toEqual({ stopped: ["m1"] });
  expect(isAlive(pid ?? 0, startTime ?? "")).toBe(false);
  expect(readdirSync(join(home, "targets"))).toEqual(["two"]);
  expect(existsSync(one.target.socket)).toBe(false);
  expect(await stateOf(two, "m1")).toMatchObject({ running: true });
  await destroyLocal(home, "two", signal);
  expect(existsSync(two.target.socket)).toBe(false);
  await expect(destroyLocal(home, "two", signal)).rejects.toThrow('there is no local target "two"');
});

test("a target whose supervisor was killed can be taken down, members included", async () => {
  const target = await fakeTarget({ home }, signal);
  await start(target, "m1");
  await start(target, "m2");
  const members = (await target.control.status(signal)).members.filter(({ running }) => running);
  const noted = readState(target.paths.stateFile)?.supervisor;
  signalExactly(noted?.pid ?? 0, noted?.startTime ?? "", "SIGKILL");
  await until(async () => (isAlive(noted?.pid ?? 0, noted?.startTime ?? "") ? undefined : true));
  expect((await listLocal(home))[0]?.supervisor).toBe("gone");
  expect(members.every(({ pid, startTime }) => isAlive(pid ?? 0, startTime ?? ""))).toBe(true);
  expect(await destroyLocal(home, "fake", signal)).toEqual({ stopped: ["m1", "m2"] });
  expect(members.some(({ pid, startTime }) => isAlive(pid ?? 0, startTime ?? ""))).toBe(false);
  expect(existsSync(targetDir(home, "fake"))).toBe(false);
  expect(existsSync(target.target.socket)).toBe(false);
});

test("a throw-away target stays while a dead-man waits for its dead owner, and goes after", async () => {
  const owner = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  children.push(owner);
  const pid = owner.pid ?? 0;
  const throwAway = { owner: { pid, startTime: processStartTime(pid) ?? "" }, graceMs: 0 };
  const target = await fakeTarget({ home, members: 1, throwAway }, signal);
  await start(target, "m1");
  const member = await stateOf(target, "m1");
  await target.control.arm({ id: "run/step", afterMs: 3_600_000, ops: [] }, signal);
  owner.kill("SIGKILL");
  await until(async () => (isAlive(pid, throwAway.owner.startTime) ? undefined : true));
  // More than two of the supervisor's looks.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await stateOf(target, "m1")).toMatchObject({ running: true });
  await target.control.disarm("run/step", signal);
  await until(async () => (existsSync(targetPaths(targetDir(home, "fake")).dir) ? undefined : true));
  await until(async () => (isAlive(member?.pid ?? 0, member?.startTime ?? "") || existsSync(target.target.socket) ? undefined : true));
  expect(readdirSync(dirname(targetDir(home, "fake")))).toEqual([]);
});

test("names that are no names never become paths", async () => {
  await expect(destroyLocal(home, "../..", signal)).rejects.toThrow('"../.." cannot be a target\'s name');
  await expect(destroyLocal(home, "", signal)).rejects.toThrow("cannot be a target's name");
});
