import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FiredrillError } from "../../core/errors.ts";
import { type FindOptions, findEtcd, snapshotTool } from "./assets.ts";
import { fetchRelease, releaseFor } from "./assets-download.ts";

const never = new AbortController().signal;
let dir = "";
let server: Server | undefined;
const lines: string[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "firedrill-assets-"));
  lines.length = 0;
});
afterEach(async () => {
  rmSync(dir, { recursive: true });
  await new Promise<void>((done) => (server === undefined ? done() : server.close(() => done())));
  server = undefined;
});

/** Programs that answer as etcd's do; which flags they have is part of the answer. */
function fakeTools(folder: string, version: string, options: { utl?: string; bump?: boolean; ctl?: string } = {}): void {
  mkdirSync(folder, { recursive: true });
  const help = options.bump === true ? "--bump-revision uint" : "--name string";
  const program = (name: string, versionLine: string): void => {
    const body = `#!/bin/sh\ncase "$1" in snapshot) echo "${help}";; *) echo "${versionLine}";; esac\n`;
    writeFileSync(join(folder, name), body);
    chmodSync(join(folder, name), 0o755);
  };
  program("etcd", `etcd Version: ${version}`);
  program("etcdctl", `etcdctl version: ${options.ctl ?? version}`);
  if (options.utl !== undefined) program("etcdutl", `etcdutl version: ${options.utl}`);
}

function options(env: FindOptions["env"], more: Partial<FindOptions> = {}): FindOptions {
  return {
    env: { PATH: "/nowhere", ...env },
    cacheDir: join(dir, "cache"),
    isRoot: false,
    onProgress: (line) => lines.push(line),
    ...more,
  };
}

async function serve(answer: (path: string) => { status: number; body?: Buffer; location?: string }): Promise<string> {
  server = createServer((request, response) => {
    const { status, body, location } = answer(request.url ?? "");
    response.writeHead(status, location === undefined ? {} : { location });
    response.end(body);
  });
  await new Promise<void>((done) => server?.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("etcd on PATH comes first, wherever on PATH it is", async () => {
  fakeTools(join(dir, "a"), "3.6.1", { utl: "3.6.1", bump: true });
  fakeTools(join(dir, "assets"), "3.5.9", { utl: "3.5.9" });
  const found = await findEtcd(options({ PATH: `/nowhere:${dir}/a`, FIREDRILL_ASSETS: `${dir}/assets` }), never);
  expect(found).toEqual({
    version: "3.6.1",
    etcd: `${dir}/a/etcd`,
    etcdctl: `${dir}/a/etcdctl`,
    etcdutl: `${dir}/a/etcdutl`,
    source: `PATH: ${dir}/a/etcd`,
    limits: [],
    can: { bumpRevision: true },
  });
});

test("FIREDRILL_ASSETS may name the folder or the one above bin", async () => {
  fakeTools(join(dir, "assets", "bin"), "3.5.9", { utl: "3.5.9" });
  const found = await findEtcd(options({ FIREDRILL_ASSETS: join(dir, "assets") }), never);
  expect(found).toMatchObject({ source: `FIREDRILL_ASSETS: ${dir}/assets/bin/etcd`, can: { bumpRevision: false } });
  expect(found.limits).toEqual([expect.stringContaining("etcd 3.5.9 has no --bump-revision") as string]);
});

test("whether a tool can bump is asked of the tool that restores, not read from its version", async () => {
  fakeTools(join(dir, "a"), "3.4.23", { bump: true });
  const found = await findEtcd(options({ PATH: `${dir}/a` }), never);
  expect(found).toMatchObject({ etcdutl: null, limits: [], can: { bumpRevision: true } });
  expect(snapshotTool(found)).toBe(`${dir}/a/etcdctl`);
});

test("programs of different releases are not mixed", async () => {
  fakeTools(join(dir, "a"), "3.6.1", { ctl: "3.4.2" });
  fakeTools(join(dir, "b"), "3.6.2", { utl: "3.5.1" });
  const found = await findEtcd(options({ PATH: `${dir}/a`, FIREDRILL_ASSETS: `${dir}/b` }), never);
  expect(found).toMatchObject({ version: "3.6.2", etcdutl: null });
  expect(found.limits).toEqual([
    `${dir}/b/etcdutl is 3.5.1 and is not used with etcd 3.6.2`,
    "etcd 3.6.2 without etcdutl can neither check nor restore a snapshot: since 3.6 etcdctl has no such command",
  ]);
  expect(() => snapshotTool(found)).toThrow("needs etcdutl");
});

test("a place the user named and that has nothing is not passed over in silence", async () => {
  mkdirSync(join(dir, "cache"));
  fakeTools(join(dir, "cache", releaseFor("linux", process.arch)?.name ?? "none"), "3.6.11", { utl: "3.6.11", bump: true });
  const found = await findEtcd(options({ FIREDRILL_ASSETS: join(dir, "empty") }), never);
  expect(found.source).toMatch(/^cache: /);
  expect(lines).toEqual([`FIREDRILL_ASSETS "${dir}/empty" has no program etcd; looking further`]);
});

test("an etcd that does not run is no etcd, and the reasons of every place are told", async () => {
  fakeTools(join(dir, "a"), "3.6.1");
  writeFileSync(join(dir, "a", "etcd"), "#!/bin/sh\necho 'wrong processor' >&2\nexit 126\n");
  const error = await findEtcd(options({ PATH: `${dir}/a`, FIREDRILL_OFFLINE: "1" }), never).catch((error: FiredrillError) => error);
  expect(error).toMatchObject({ code: "TOOL_MISSING", message: "etcd is not on this machine and could not be fetched" });
  const hint = (error as FiredrillError).hint ?? "";
  expect(hint).toContain("PATH has an etcd that does not run");
  expect(hint).toContain("wrong processor");
  expect(hint).toContain("the upstream release was not asked for: FIREDRILL_OFFLINE is 1");
  expect(hint).toContain("the distribution's packages were not asked for: FIREDRILL_OFFLINE is 1");
});

test("a mirror that does not answer is one reason among others", async () => {
  const error = await findEtcd(options({ FIREDRILL_ETCD_MIRROR: "http://127.0.0.1:9" }), never).catch((error: FiredrillError) => error);
  expect(error).toMatchObject({ code: "TOOL_MISSING" });
  expect((error as FiredrillError).hint).toMatch(/the upstream release failed: "http:\/\/127\.0\.0\.1:9\/v3.*could not be fetched/);
  expect((error as FiredrillError).hint).toContain("not running as root");
  expect(readdirSync(join(dir, "cache"))).toEqual([]);
});

test("a file other than the pinned one ends the search and leaves nothing", async () => {
  const asked: string[] = [];
  const base = await serve((path) => {
    asked.push(path);
    return { status: 200, body: Buffer.from("not etcd") };
  });
  const error = await findEtcd(options({ FIREDRILL_ETCD_MIRROR: base }, { isRoot: true }), never).catch((error: FiredrillError) => error);
  const release = releaseFor("linux", process.arch);
  const actual = createHash("sha256").update("not etcd").digest("hex");
  expect(error).toMatchObject({ code: "DOWNLOAD_FAILED" });
  expect((error as FiredrillError).message).toContain(`has SHA-256 "${actual}" and not the pinned "${release?.sha256}"`);
  expect(asked).toEqual([`/v${release?.version}/${release?.name}.tar.gz`]);
  expect(readdirSync(join(dir, "cache"))).toEqual([]);
});

test("a release is fetched through redirects, unpacked into the cache, and found there the next time", async () => {
  const name = "etcd-v9.9.9-linux-amd64";
  fakeTools(join(dir, "made", name), "9.9.9", { utl: "9.9.9", bump: true });
  execFileSync("tar", ["-czf", join(dir, "made.tar.gz"), "-C", join(dir, "made"), name]);
  const archive = readFileSync(join(dir, "made.tar.gz"));
  const base = await serve((path) => (path.startsWith("/v9") ? { status: 302, location: "/blob" } : { status: 200, body: archive }));
  const release = { version: "9.9.9", name, sha256: createHash("sha256").update(archive).digest("hex") };
  const fetchOptions = { release, base: `${base}/`, cacheDir: join(dir, "cache"), onProgress: (line: string) => lines.push(line) };
  const folder = await fetchRelease(fetchOptions, never);
  expect(folder).toBe(join(dir, "cache", name));
  expect(readdirSync(join(dir, "cache"))).toEqual([name]);
  expect(existsSync(join(folder, "etcdutl"))).toBe(true);
  expect(lines[0]).toBe(`fetching etcd 9.9.9 from ${base}/`);
  // A folder that is there already, whole or not, is replaced by the one whose digest was checked.
  writeFileSync(join(folder, "etcd"), "broken");
  await fetchRelease(fetchOptions, never);
  expect(readFileSync(join(folder, "etcd"), "utf8")).toContain("etcd Version: 9.9.9");
});

test("a server that refuses, or redirects for ever, is told as such", async () => {
  const release = { version: "9.9.9", name: "etcd-v9.9.9-linux-amd64", sha256: "" };
  const base = await serve((path) => (path.startsWith("/loop") ? { status: 302, location: path } : { status: 404 }));
  const fetchOptions = { release, cacheDir: join(dir, "cache"), onProgress: () => undefined };
  await expect(fetchRelease({ ...fetchOptions, base }, never)).rejects.toMatchObject({
    code: "TOOL_FAILED",
    message: expect.stringContaining("answered 404") as string,
  });
  await expect(fetchRelease({ ...fetchOptions, base: `${base}/loop` }, never)).rejects.toThrow("more than 5 redirects");
  expect(readdirSync(join(dir, "cache"))).toEqual([]);
});

test("only machines with a pinned digest fetch", () => {
  expect(releaseFor("linux", "x64")?.name).toMatch(/^etcd-v3\.6\.\d+-linux-amd64$/);
  expect(releaseFor("linux", "arm64")?.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(releaseFor("linux", "riscv64")).toBeNull();
  expect(releaseFor("darwin", "arm64")).toBeNull();
});
