// A small etcd cluster over plain HTTP for tests of the client and the probes. No relays, no supervisor: just processes.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "../../../src/core/target.ts";
import { deadline } from "../../../src/util/clock.ts";
import { poll } from "../../../src/util/poll.ts";

export interface PlainEtcd extends AsyncDisposable {
  readonly connection: Connection;
  readonly names: readonly string[];
  readonly peerUrl: (member: string) => string;
  readonly clientUrl: (member: string) => string;
  readonly dataDir: (member: string) => string;
  readonly isRunning: (member: string) => boolean;
  readonly start: (member: string, extraArgs?: readonly string[]) => void;
  /** Resolves when the process is gone. */
  readonly kill: (member: string, signal?: NodeJS.Signals) => Promise<void>;
  /** Sends a signal and does not wait. */
  readonly signal: (member: string, signal: NodeJS.Signals) => void;
  /** Adds a member to the tables, without starting it. */
  readonly initialCluster: string;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Starts `count` members named m1, m2, …; resolves when each answers its health page. */
export async function startPlainEtcd(count: number, extraArgs: readonly string[] = []): Promise<PlainEtcd> {
  const dir = await mkdtemp(join(tmpdir(), "firedrill-test-etcd-"));
  const members = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const [client, peer] = [await freePort(), await freePort()];
      return { name: `m${i + 1}`, clientUrl: `http://127.0.0.1:${client}`, peerUrl: `http://127.0.0.1:${peer}` };
    }),
  );
  const running = new Map<string, ChildProcess>();
  const find = (name: string): (typeof members)[number] => {
    const member = members.find((each) => each.name === name);
    if (member === undefined) throw new Error(`no member ${name}`);
    return member;
  };
  const initialCluster = members.map((member) => `${member.name}=${member.peerUrl}`).join(",");
  const dataDir = (name: string): string => join(dir, name);
  const start = (name: string, more: readonly string[] = []): void => {
    const { clientUrl, peerUrl } = find(name);
    const child = spawn(
      "etcd",
      [
        `--name=${name}`,
        `--data-dir=${dataDir(name)}`,
        `--listen-client-urls=${clientUrl}`,
        `--advertise-client-urls=${clientUrl}`,
        `--listen-peer-urls=${peerUrl}`,
        `--initial-advertise-peer-urls=${peerUrl}`,
        `--initial-cluster=${initialCluster}`,
        "--log-level=error",
        ...extraArgs,
        ...more,
      ],
      { stdio: "ignore" },
    );
    running.set(name, child);
    child.once("exit", () => running.delete(name));
  };
  const kill = async (name: string, signal: NodeJS.Signals = "SIGKILL"): Promise<void> => {
    const child = running.get(name);
    if (child === undefined) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  };
  const stopAll = async (): Promise<void> => {
    await Promise.all(members.map((member) => kill(member.name)));
    await rm(dir, { recursive: true, force: true });
  };
  for (const member of members) start(member.name);
  using limit = deadline("starting etcd", 30_000);
  try {
    for (const member of members) {
      await poll(
        async () => {
          if (!running.has(member.name)) throw new Error(`${member.name} exited`);
          const page = await fetch(`${member.clientUrl}/health`).then(
            (response) => response.text(),
            () => "",
          );
          return page.includes('"true"') ? true : undefined;
        },
        { everyMs: 50, signal: limit.signal },
      );
    }
  } catch (error) {
    await stopAll();
    throw error;
  }
  return {
    connection: { members: members.map(({ name, clientUrl }) => ({ name, clientUrl })), tls: null },
    names: members.map((member) => member.name),
    peerUrl: (name) => find(name).peerUrl,
    clientUrl: (name) => find(name).clientUrl,
    dataDir,
    isRunning: (name) => running.has(name),
    start,
    kill,
    signal: (name, signal) => void running.get(name)?.kill(signal),
    initialCluster,
    [Symbol.asyncDispose]: stopAll,
  };
}
