import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OneEtcd, startOneEtcd, toolsOnPath } from "../../../test/support/one-etcd.ts";
import type { EtcdTools } from "./assets.ts";
import type { EtcdClients } from "./etcd-client.ts";
import { describeSnapshotOp, performSnapshotOp, type SnapshotContext } from "./snapshot.ts";
import { type SnapshotReport, verifySnapshot } from "./snapshot-verify.ts";

const never = new AbortController().signal;
const PREFIX = "/firedrill/run-1/s/";
const clients: EtcdClients = {
  of: () => expect.unreachable(),
  names: [],
  connection: { members: [], tls: null },
  [Symbol.dispose]: () => undefined,
};
let etcd: OneEtcd;
let tools: EtcdTools;
let context: SnapshotContext;
let scratchDir = "";
let good = "";

beforeAll(async () => {
  tools = await toolsOnPath();
  etcd = await startOneEtcd(tools);
  scratchDir = join(etcd.dir, "scratch");
  context = { tools, connection: etcd.connection, clients, scratchDir };
  for (let seq = 8; seq <= 12; seq += 1) await etcd.ctl("put", `${PREFIX}${String(seq).padStart(10, "0")}`, `${seq}:0`);
  await etcd.ctl("put", "/other/a", "first");
  await etcd.ctl("put", "/other/a", "second");
  await etcd.ctl("put", "/other/b", "gone");
  await etcd.ctl("del", "/other/b");
  good = join(etcd.dir, "good.db");
  await performSnapshotOp({ op: "snapshot.save", member: "m1", file: good }, context, never);
}, 60_000);
afterAll(async () => etcd[Symbol.asyncDispose]());

const verify = async (file: string, sentinelPrefix: string | null = PREFIX, over: Partial<EtcdTools> = {}): Promise<SnapshotReport> =>
  verifySnapshot(file, { tools: { ...tools, ...over }, scratchDir, sentinelPrefix }, never);
const okOf = (report: SnapshotReport): readonly string[] => report.steps.map((step) => `${step.name} ${step.ok}`);
const detailOf = (report: SnapshotReport, name: string): string => report.steps.find((step) => step.name === name)?.detail ?? "";
/** A good trailer for bytes that are no good, so that the rungs above the first are reached. */
const sealed = (body: Buffer): Buffer => Buffer.concat([body, createHash("sha256").update(body).digest()]);

function variant(name: string, bytes: Buffer): string {
  const file = join(etcd.dir, name);
  writeFileSync(file, bytes);
  return file;
}

/** A program that does the same as the real one, but for one kind of call. */
function lying(name: "etcdutl" | "etcdctl", when: string, then: string): string {
  const real = tools[name];
  const file = join(etcd.dir, `lying-${name}-${readdirSync(etcd.dir).length}`);
  writeFileSync(file, `#!/bin/sh\ncase "$*" in ${when}) ${then};; *) exec ${real} "$@";; esac\n`);
  chmodSync(file, 0o755);
  return file;
}

test("save gives the exact command, a private whole file and no unfinished one", async () => {
  const file = join(etcd.dir, "saved.db");
  const evidence = await performSnapshotOp({ op: "snapshot.save", member: "m1", file }, context, never);
  expect(evidence).toMatchObject({
    argv: [
      tools.etcdctl,
      `--endpoints=${etcd.connection.members[0]?.clientUrl}`,
      expect.anything(),
      expect.anything(),
      expect.anything(),
      "snapshot",
      "save",
      `${file}.part`,
    ],
    sizeBytes: statSync(file).size,
    sha256: createHash("sha256").update(readFileSync(file)).digest("hex"),
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(etcd.dir).filter((name) => name.includes(".part"))).toEqual([]);
  expect(JSON.stringify(evidence)).not.toContain("PRIVATE");
});

test("saving from a member that does not answer fails and leaves nothing", async () => {
  const file = join(etcd.dir, "never.db");
  const members = [{ name: "m1", clientUrl: "https://127.0.0.1:9" }];
  const dead = { ...context, connection: { ...etcd.connection, members } };
  const saving = performSnapshotOp({ op: "snapshot.save", member: "m1", file }, dead, never);
  await expect(saving).rejects.toMatchObject({ code: "TOOL_FAILED" });
  expect(existsSync(file) || existsSync(`${file}.part`) || existsSync(`${file}.part.part`)).toBe(false);
  await expect(performSnapshotOp({ op: "snapshot.save", member: "m9", file }, context, never)).rejects.toMatchObject({
    code: "NOTHING_PICKED",
  });
}, 30_000);

test("a good snapshot climbs all five rungs", async () => {
  const report = await verify(good);
  expect(okOf(report)).toEqual(["trailer true", "status true", "restore true", "contents true", "sentinel true"]);
  expect(report).toMatchObject({ keys: 6, revision: 10, sentinelHighest: 12 });
  expect(detailOf(report, "sentinel")).toBe("5 sentinel writes are in it, up to number 12");
  expect(readdirSync(scratchDir)).toEqual([]);
  const evidence = await performSnapshotOp({ op: "snapshot.verify", file: good, sentinelPrefix: null }, context, never);
  expect(evidence).toMatchObject({ keys: 6, sentinelHighest: null, steps: { length: 5 } });
}, 60_000);

test.each([
  ["empty", () => Buffer.alloc(0)],
  ["no snapshot", () => Buffer.from("hello\n")],
  ["cut short", () => readFileSync(good).subarray(0, -1000)],
  ["cut to whole pages", () => readFileSync(good).subarray(0, 8192)],
  ["one bit off", () => flipMiddle(readFileSync(good))],
])("rung 1: a file that is %s", async (name, make) => {
  const file = variant(name.replaceAll(" ", "-"), make());
  const report = await verify(file);
  expect(okOf(report)).toEqual(["trailer false", "status false", "restore false", "contents false", "sentinel false"]);
  expect(detailOf(report, "restore")).toBe('not tried, because "trailer" failed');
  const performing = performSnapshotOp({ op: "snapshot.verify", file, sentinelPrefix: PREFIX }, context, never);
  await expect(performing).rejects.toMatchObject({
    code: "SNAPSHOT_INVALID",
    message: expect.stringContaining('fails "trailer"') as string,
  });
});

test("rung 1: a file that is not there", async () => {
  expect(okOf(await verify(join(etcd.dir, "nothing.db")))[0]).toBe("trailer false");
});

test("rung 2: whole and with a good trailer, but no database", async () => {
  const report = await verify(variant("junk", sealed(Buffer.alloc(8192, "no database"))));
  expect(okOf(report).slice(0, 3)).toEqual(["trailer true", "status false", "restore false"]);
  expect(detailOf(report, "status")).toMatch(/^exit code [12]: /);
});

test("rung 3: a tool that cannot restore it, and a member that does not serve what was restored", async () => {
  const refusing = await verify(good, PREFIX, { etcdutl: lying("etcdutl", "*restore*", "echo refused >&2; exit 1") });
  expect(okOf(refusing).slice(1, 4)).toEqual(["status true", "restore false", "contents false"]);
  expect(detailOf(refusing, "restore")).toBe("exit code 1: refused");
  const dying = join(etcd.dir, "dying-etcd");
  writeFileSync(dying, "#!/bin/sh\necho cannot open database >&2\nexit 7\n");
  chmodSync(dying, 0o755);
  const report = await verify(good, PREFIX, { etcd: dying });
  expect(okOf(report).slice(2, 4)).toEqual(["restore false", "contents false"]);
  expect(detailOf(report, "restore")).toMatch(/etcd ended with exit code 7: cannot open database/);
  expect(report.revision).toBe(10);
  expect(readdirSync(scratchDir)).toEqual([]);
}, 60_000);

test("rung 4: more keys or another revision than the file says", async () => {
  const less = lying("etcdutl", "*status*", `echo '{"revision":10,"totalKey":5}'`);
  const later = lying("etcdutl", "*status*", `echo '{"revision":11,"totalKey":6}'`);
  const more = await verify(good, PREFIX, { etcdutl: less });
  expect(okOf(more).slice(2)).toEqual(["restore true", "contents false", "sentinel false"]);
  expect(detailOf(more, "contents")).toBe(
    "the restored member has revision 10 and 6 keys, but the file says revision 10 and at most 5 keys",
  );
  expect(okOf(await verify(good, PREFIX, { etcdutl: later })).slice(2, 4)).toEqual(["restore true", "contents false"]);
}, 60_000);

test("rung 5: no sentinel, or keys that are none", async () => {
  const absent = await verify(good, "/firedrill/run-2/s/");
  expect(okOf(absent).slice(3)).toEqual(["contents true", "sentinel false"]);
  expect(detailOf(absent, "sentinel")).toBe('no key under "/firedrill/run-2/s/" is in it');
  expect(absent).toMatchObject({ keys: 6, sentinelHighest: null });
  expect(detailOf(await verify(good, "/other/"), "sentinel")).toContain("ends in no sequence number");
}, 60_000);

test("aborting throws the reason and leaves no folder and no process", async () => {
  const controller = new AbortController();
  // Stands in for an etcd that never answers, and aborts while it is waited for.
  const hung = join(etcd.dir, "hung-etcd");
  writeFileSync(hung, `#!/bin/sh\necho $$ > ${etcd.dir}/hung.pid\nexec sleep 1000\n`);
  chmodSync(hung, 0o755);
  const running = verifySnapshot(good, { tools: { ...tools, etcd: hung }, scratchDir, sentinelPrefix: null }, controller.signal);
  await expect
    .poll(() => existsSync(join(etcd.dir, "hung.pid")) && readFileSync(join(etcd.dir, "hung.pid"), "utf8") !== "", { timeout: 30_000 })
    .toBe(true);
  controller.abort(new Error("enough"));
  await expect(running).rejects.toThrow("enough");
  expect(readdirSync(scratchDir)).toEqual([]);
  const pid = Number(readFileSync(join(etcd.dir, "hung.pid"), "utf8"));
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
}, 60_000);

test("what a killed runner left in the scratch folder goes away, what a living one uses stays", async () => {
  mkdirSync(join(scratchDir, "scratch-999999999-1-abcd"), { recursive: true });
  mkdirSync(join(scratchDir, "mine"), { recursive: true });
  await verify(good, null);
  expect(readdirSync(scratchDir)).toEqual(["mine"]);
}, 60_000);

test("remove takes one file, twice is fine, a folder is refused", async () => {
  const file = join(etcd.dir, "to-remove.db");
  copyFileSync(good, file);
  expect(await performSnapshotOp({ op: "snapshot.remove", file }, context, never)).toEqual({ file, did: "removed" });
  expect(await performSnapshotOp({ op: "snapshot.remove", file }, context, never)).toEqual({ file, did: "nothing: it was not there" });
  await expect(performSnapshotOp({ op: "snapshot.remove", file: etcd.dataDir }, context, never)).rejects.toMatchObject({
    code: "DATA_DIR_UNUSABLE",
  });
});

test("a plan shows what will be run", () => {
  const tls = etcd.connection.tls;
  expect(describeSnapshotOp({ op: "snapshot.save", member: "m1", file: "/s/a.db" }, context)).toBe(
    `${tools.etcdctl} --endpoints=${etcd.connection.members[0]?.clientUrl} --cacert=${tls?.caFile} --cert=${tls?.certFile} --key=${tls?.keyFile} snapshot save /s/a.db`,
  );
  expect(describeSnapshotOp({ op: "snapshot.verify", file: "/s/a.db", sentinelPrefix: PREFIX }, context)).toContain(
    "snapshot restore /s/a.db",
  );
});

function flipMiddle(bytes: Buffer): Buffer {
  const at = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes;
}
