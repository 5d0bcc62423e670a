// One real etcd with TLS for a test: random ports of 127.0.0.1, its own folder, killed by its own process id.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "../../src/core/target.ts";
import { createPki } from "../../src/targets/local/pki.ts";
import { type EtcdTools, findEtcd } from "../../src/targets/shared/assets.ts";
import { runTool } from "../../src/targets/shared/exec.ts";
import { ETCD_TOOL_ENV } from "../../src/targets/shared/tool-env.ts";
import { deadline } from "../../src/util/clock.ts";
import { poll } from "../../src/util/poll.ts";

export interface OneEtcd extends AsyncDisposable {
  readonly dir: string;
  readonly dataDir: string;
  readonly connection: Connection;
  readonly ctl: (...args: string[]) => Promise<string>;
  /** SIGTERM, and until it is gone. */
  readonly stop: () => Promise<void>;
}

/** The etcd on this machine; tests that need one fail without it rather than pass by doing nothing. */
export async function toolsOnPath(env: NodeJS.ProcessEnv = process.env): Promise<EtcdTools> {
  const options = {
    env: { ...env, FIREDRILL_OFFLINE: "1" },
    cacheDir: join(tmpdir(), "firedrill-no-cache"),
    isRoot: false,
    onProgress: () => undefined,
  };
  return findEtcd(options, new AbortController().signal);
}

export async function startOneEtcd(tools: EtcdTools): Promise<OneEtcd> {
  const dir = mkdtempSync(join(tmpdir(), "firedrill-one-etcd-"));
  const pki = await createPki(join(dir, "pki"), ["m1"]);
  const [client, peer] = [await freePort(), await freePort()];
  const clientUrl = `https://127.0.0.1:${client}`;
  const peerUrl = `https://127.0.0.1:${peer}`;
  const dataDir = join(dir, "data");
  const tls = ["cert-file", pki.memberCertFile("m1"), "key-file", pki.memberKeyFile("m1"), "trusted-ca-file", pki.caFile] as const;
  const pairs = [0, 2, 4].flatMap((at) => [`--${tls[at]}=${tls[at + 1]}`, `--peer-${tls[at]}=${tls[at + 1]}`]);
  const child: ChildProcess = spawn(
    tools.etcd,
    [
      "--name=m1",
      `--data-dir=${dataDir}`,
      `--listen-client-urls=${clientUrl}`,
      `--advertise-client-urls=${clientUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=m1=${peerUrl}`,
      "--client-cert-auth",
      "--peer-client-cert-auth",
      ...pairs,
    ],
    { stdio: "ignore" },
  );
  const connection: Connection = {
    members: [{ name: "m1", clientUrl }],
    tls: { caFile: pki.caFile, certFile: pki.clientCertFile, keyFile: pki.clientKeyFile },
  };
  const base = [`--endpoints=${clientUrl}`, `--cacert=${pki.caFile}`, `--cert=${pki.clientCertFile}`, `--key=${pki.clientKeyFile}`];
  using limit = deadline("starting an etcd for a test", 30_000);
  const run = async (args: readonly string[], allowFailure: boolean, signal: AbortSignal): Promise<{ exitCode: number; stdout: string }> =>
    runTool(tools.etcdctl, [...base, ...args], { timeoutMs: 30_000, env: ETCD_TOOL_ENV, allowFailure }, signal);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
  };
  const dispose = async (): Promise<void> => {
    await stop();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await poll(async (signal) => ((await run(["endpoint", "health"], true, signal)).exitCode === 0 ? true : undefined), {
      everyMs: 50,
      signal: limit.signal,
    });
  } catch (error) {
    await dispose();
    throw error;
  }
  const never = new AbortController().signal;
  return { dir, dataDir, connection, ctl: async (...args) => (await run(args, false, never)).stdout, stop, [Symbol.asyncDispose]: dispose };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
