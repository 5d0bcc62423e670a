// A target whose members are not etcd but a program of ten lines: enough for a supervisor, and up in a blink.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Control, connectControl } from "../../src/targets/local/control-client.ts";
import { pickFreePorts } from "../../src/targets/local/ports.ts";
import { socketPath } from "../../src/targets/local/socket-path.ts";
import { spawnSupervisor } from "../../src/targets/local/spawn-supervisor.ts";
import { type TargetFile, type TargetPaths, targetDir, targetPaths, writeTarget } from "../../src/targets/local/target-file.ts";

/** Listens where etcd would for its peers, says back what it is told, and does the few things tests ask for by argument. */
const MEMBER = `#!${process.execPath}
const net = require("node:net");
const value = (name) => process.argv.find((arg) => arg.startsWith("--" + name + "="))?.slice(name.length + 3);
if (process.argv.includes("--refuse")) { console.error('{"level":"fatal","msg":"no thanks","error":"told to refuse"}'); process.exit(3); }
if (process.env.ETCD_NAME !== undefined) { console.error("an ETCD_ variable came through"); process.exit(4); }
net.createServer((socket) => { socket.on("error", () => {}); socket.pipe(socket); }).listen(new URL(value("listen-peer-urls")).port, "127.0.0.1");
const dial = process.argv.find((arg) => arg.startsWith("--dial="));
if (dial !== undefined) { const socket = net.connect(Number(dial.slice(7)), "127.0.0.1", () => socket.write("hello")); socket.on("error", () => {}); }
`;

export interface FakeTarget {
  readonly home: string;
  readonly target: TargetFile;
  readonly paths: TargetPaths;
  readonly control: Control;
}

/** A fresh folder for targets. */
export function freshHome(): string {
  return mkdtempSync(join(tmpdir(), "firedrill-test-"));
}

/** Writes the files of a target and starts its supervisor; no member runs yet. */
export async function fakeTarget(
  options: {
    readonly home: string;
    readonly name?: string;
    readonly members?: number;
    readonly throwAway?: Pick<TargetFile, "owner" | "graceMs">;
  },
  signal: AbortSignal,
): Promise<FakeTarget> {
  const { home, name = "fake", members = 3 } = options;
  const paths = targetPaths(targetDir(home, name));
  for (const folder of ["logs", "members", "pki"]) mkdirSync(join(paths.dir, folder), { recursive: true, mode: 0o700 });
  const program = join(home, "member");
  writeFileSync(program, MEMBER, { mode: 0o700 });
  const ports = await pickFreePorts(members * 3, Math.random);
  const target: TargetFile = {
    format: 1,
    name,
    createdAt: "2026-01-01T00:00:00.000Z",
    throwAway: options.throwAway !== undefined,
    graceMs: options.throwAway?.graceMs ?? 0,
    owner: options.throwAway?.owner ?? { pid: process.pid, startTime: "0" },
    quotaBytes: null,
    etcdArgs: [],
    clusterToken: `${name}-1`,
    socket: socketPath(paths.dir),
    tools: {
      version: "0.0.0",
      etcd: program,
      etcdctl: "/bin/false",
      etcdutl: null,
      source: "test",
      limits: [],
      can: { bumpRevision: false },
    },
    members: Array.from({ length: members }, (_, index) => ({
      name: `m${index + 1}`,
      clientPort: ports[index * 3] ?? 0,
      peerPort: ports[index * 3 + 1] ?? 0,
      relayPort: ports[index * 3 + 2] ?? 0,
    })),
  };
  writeTarget(paths, target);
  await spawnSupervisor(target, paths, signal);
  return { home, target, paths, control: connectControl(target.socket) };
}
