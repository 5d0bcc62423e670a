import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startOneEtcd, toolsOnPath } from "../../../test/support/one-etcd.ts";
import type { EtcdTools } from "../shared/assets.ts";
import { performSnapshotOp } from "../shared/snapshot.ts";
import { type DataContext, type DataOp, describeDataOp, findAsides, performDataOp } from "./data-ops.ts";

const never = new AbortController().signal;
const TAG = "fd-run1-break";
const tools: EtcdTools = {
  version: "3.6.16",
  etcd: "/b/etcd",
  etcdctl: "/b/etcdctl",
  etcdutl: "/b/etcdutl",
  source: "",
  limits: [],
  can: { bumpRevision: true },
};
let home = "";
let running = false;
let context: DataContext;
let data = "";
let db = "";
let aside = "";

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "firedrill-data-"));
  running = false;
  context = {
    dataDir: (member) => join(home, member, "data"),
    peerUrl: (member) => `https://127.0.0.1:238${member.slice(1)}`,
    tools,
    isRunning: async () => running,
  };
  data = context.dataDir("m1");
  db = join(data, "member", "snap", "db");
  aside = `${data}.${TAG}`;
  fill("original");
});
afterEach(() => rmSync(home, { recursive: true }));

function fill(text: string | Buffer): void {
  mkdirSync(join(data, "member", "snap"), { recursive: true, mode: 0o700 });
  writeFileSync(db, text, { mode: 0o600 });
}
const perform = async (op: "setAside" | "copyAside" | "bringBack" | "discardAside"): Promise<unknown> =>
  performDataOp({ op: `data.${op}`, member: "m1", tag: TAG }, context, never);
const flip = async (marker: string): Promise<unknown> => performDataOp({ op: "data.flip", member: "m1", marker }, context, never);
const content = (): string => readFileSync(db, "utf8");
const beside = (): readonly string[] => readdirSync(join(home, "m1")).toSorted();

test("set aside and brought back, each as often as you like", async () => {
  expect(await perform("setAside")).toEqual({ path: aside, did: "renamed" });
  expect(await perform("setAside")).toEqual({ path: aside, did: "already aside" });
  expect(beside()).toEqual([`data.${TAG}`]);
  expect(await perform("bringBack")).toEqual({ path: data, did: "brought back" });
  expect(await perform("bringBack")).toEqual({ path: data, did: "nothing: nothing was aside" });
  expect(beside()).toEqual(["data"]);
  expect(content()).toBe("original");
});

test("what was put in place meanwhile gives way to what was aside", async () => {
  await perform("setAside");
  fill("restored");
  await perform("bringBack");
  expect(content()).toBe("original");
  expect(beside()).toEqual(["data"]);
});

test("an empty folder in place does not hinder, data in place does", async () => {
  await perform("setAside");
  mkdirSync(data);
  expect(await perform("setAside")).toEqual({ path: aside, did: "already aside" });
  expect(beside()).toEqual([`data.${TAG}`]);
  fill("other");
  await expect(perform("setAside")).rejects.toMatchObject({
    code: "DATA_DIR_UNUSABLE",
    message: expect.stringContaining("already there") as string,
  });
  expect(content()).toBe("other");
});

test("nothing to set aside is what setting aside is for; nothing to copy is an error", async () => {
  rmSync(data, { recursive: true });
  expect(await perform("setAside")).toMatchObject({ did: "nothing: there was no data" });
  await expect(perform("copyAside")).rejects.toMatchObject({ code: "DATA_DIR_UNUSABLE" });
});

test("a copy is a copy: the original stays, changes to it do not reach the copy, modes are kept", async () => {
  expect(await perform("copyAside")).toEqual({ path: aside, did: "copied", sizeBytes: 8 });
  writeFileSync(db, "changed");
  expect(await perform("copyAside")).toEqual({ path: aside, did: "already aside" });
  const copy = join(aside, "member", "snap", "db");
  expect(readFileSync(copy, "utf8")).toBe("original");
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  expect(statSync(aside).mode & 0o777).toBe(statSync(data).mode & 0o777);
  await perform("bringBack");
  expect(content()).toBe("original");
});

test("a link inside a data folder is not followed", async () => {
  symlinkSync("/etc/hostname", join(data, "member", "link"));
  await expect(perform("copyAside")).rejects.toMatchObject({
    code: "DATA_DIR_UNUSABLE",
    message: expect.stringContaining("neither a file nor a folder") as string,
  });
  expect(existsSync(aside)).toBe(false);
});

test("a copy that was interrupted is begun again", async () => {
  mkdirSync(`${aside}.part`);
  writeFileSync(join(`${aside}.part`, "half"), "");
  await perform("copyAside");
  expect(readdirSync(aside)).toEqual(["member"]);
  expect(beside()).toEqual(["data", `data.${TAG}`]);
});

test("bringing back goes on from wherever it was interrupted", async () => {
  // Killed after the first of its steps: what was in place is out of the way, the aside not yet back.
  await perform("setAside");
  mkdirSync(`${aside}.discarded`);
  await perform("bringBack");
  expect([beside(), content()]).toEqual([["data"], "original"]);
  // Killed after the second: the aside is back, what was in place not yet deleted.
  mkdirSync(`${aside}.discarded`);
  await perform("bringBack");
  expect([beside(), content()]).toEqual([["data"], "original"]);
});

test("bringing back never deletes the only data there is", async () => {
  await perform("setAside");
  const { renameSync } = await import("node:fs");
  renameSync(aside, `${aside}.discarded`);
  await perform("bringBack");
  expect([beside(), content()]).toEqual([["data"], "original"]);
});

test("everything but discarding refuses while the member runs", async () => {
  running = true;
  const ops: readonly DataOp[] = [
    { op: "data.setAside", member: "m1", tag: TAG },
    { op: "data.copyAside", member: "m1", tag: TAG },
    { op: "data.bringBack", member: "m1", tag: TAG },
    { op: "data.flip", member: "m1", marker: "a marker of sixteen" },
    { op: "data.restore", member: "m1", members: ["m1"], snapshot: "/s", token: "t", bumpRevision: 0, markCompacted: false },
  ];
  for (const op of ops) await expect(performDataOp(op, context, never)).rejects.toThrow('member "m1" is running');
  mkdirSync(aside);
  expect(await perform("discardAside")).toEqual({ path: aside, did: "removed" });
  expect(await perform("discardAside")).toEqual({ path: aside, did: "nothing: nothing was aside" });
  expect([beside(), content()]).toEqual([["data"], "original"]);
});

test("flip changes one bit of every occurrence, across the borders of reads, and nothing else", async () => {
  const marker = "firedrill-marker-0001";
  const bytes = Buffer.alloc(3 << 20, ".");
  const places = [0, (1 << 20) - 10, (2 << 20) - marker.length, (3 << 20) - marker.length];
  for (const place of places) bytes.write(marker, place);
  fill(bytes);
  expect(await flip(marker)).toEqual({ path: db, flipped: 4, offsets: places });
  const after = readFileSync(db);
  const differing = [...places.keys()].map((index) => (places[index] ?? 0) + marker.length - 1);
  const changed: number[] = [];
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] !== after[at]) changed.push(at);
  expect(changed).toEqual(differing);
  expect(after.toString("latin1", 0, marker.length)).toBe("firedrill-marker-0000");
});

test("flip without the marker, or without a database, is an error", async () => {
  await expect(flip("a marker of sixteen")).rejects.toMatchObject({
    code: "DATA_DIR_UNUSABLE",
    message: expect.stringContaining("does not contain") as string,
  });
  rmSync(db);
  await expect(flip("a marker of sixteen")).rejects.toMatchObject({ code: "DATA_DIR_UNUSABLE", message: `there is no "${db}"` });
});

test("asides are found by looking, one entry a tag, and nothing else is", async () => {
  for (const name of [`data.${TAG}`, `data.${TAG}.discarded`, "data.fd-run2-x.part", "data.old", "data.restore-part", "data.fd-Upper"]) {
    mkdirSync(join(home, "m1", name));
  }
  expect(await findAsides(context, ["m1", "m2"])).toEqual([
    { member: "m1", tag: TAG, path: aside },
    { member: "m1", tag: "fd-run2-x", path: `${data}.fd-run2-x` },
  ]);
});

test("a plan shows what will be done", () => {
  const restore: DataOp = {
    op: "data.restore",
    member: "m1",
    members: ["m1", "m2"],
    snapshot: "/s.db",
    token: "t1",
    bumpRevision: 5,
    markCompacted: true,
  };
  expect(describeDataOp(restore, context)).toBe(
    "/b/etcdutl snapshot restore /s.db --name=m1 --initial-cluster=m1=https://127.0.0.1:2381,m2=https://127.0.0.1:2382 " +
      `--initial-cluster-token t1 --initial-advertise-peer-urls=https://127.0.0.1:2381 --data-dir=${data}.restore-part --bump-revision=5 --mark-compacted`,
  );
  const old = { ...context, tools: { ...tools, version: "3.4.23", etcdutl: null, can: { bumpRevision: false } } };
  expect(describeDataOp(restore, old)).toMatch(/^\/b\/etcdctl snapshot restore .*restore-part$/);
  expect(describeDataOp({ op: "data.setAside", member: "m1", tag: TAG }, context)).toBe(`mv ${data} ${aside}`);
});

test("a real snapshot is restored with its revision raised; over data, or from nothing, it is not", async () => {
  const real = await toolsOnPath();
  await using etcd = await startOneEtcd(real);
  await etcd.ctl("put", "/a", "1");
  const snapshot = join(etcd.dir, "s.db");
  const clients = { of: () => expect.unreachable(), names: [], connection: etcd.connection, [Symbol.dispose]: () => undefined };
  const saving = { tools: real, connection: etcd.connection, clients, scratchDir: etcd.dir };
  await performSnapshotOp({ op: "snapshot.save", member: "m1", file: snapshot }, saving, never);
  const here = { ...context, tools: real };
  const restore: DataOp = {
    op: "data.restore",
    member: "m1",
    members: ["m1"],
    snapshot,
    token: "t",
    bumpRevision: 1000,
    markCompacted: true,
  };
  await expect(performDataOp(restore, here, never)).rejects.toThrow("a snapshot is not restored over it");
  await perform("setAside");
  mkdirSync(`${data}.restore-part`);
  writeFileSync(join(`${data}.restore-part`, "left"), "");
  expect(await performDataOp(restore, here, never)).toMatchObject({ path: data, revisionBumpedBy: 1000, note: null });
  expect(readdirSync(join(data, "member")).toSorted()).toEqual(["snap", "wal"]);
  expect(beside()).toEqual(["data", `data.${TAG}`]);
  rmSync(data, { recursive: true });
  await expect(performDataOp({ ...restore, snapshot: join(etcd.dir, "none.db") }, here, never)).rejects.toMatchObject({
    code: "SNAPSHOT_INVALID",
  });
  await expect(performDataOp({ ...restore, markCompacted: false }, here, never)).rejects.toMatchObject({ code: "USAGE" });
  await perform("bringBack");
  expect(content()).toBe("original");
}, 60_000);
