// One throw-away etcd on loopback, to see whether restored data really serves. Plain http: it lives for seconds, holds a copy of what
// this user can read anyway, and listens on 127.0.0.1 only.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { FiredrillError } from "../../core/errors.ts";
import { DeadlineError, deadline } from "../../util/clock.ts";
import { isObject, parseJson } from "../../util/json.ts";
import { poll } from "../../util/poll.ts";
import type { EtcdTools } from "./assets.ts";
import { findProgram } from "./assets-probe.ts";
import { runTool } from "./exec.ts";
import { ETCD_TOOL_ENV } from "./tool-env.ts";

/** What one read showed: the first key in the order asked for, and how many there are. */
export interface ScratchRead {
  readonly argv: readonly string[];
  readonly revision: number;
  readonly count: number;
  readonly first: { readonly key: string; readonly value: string } | null;
}

export interface ScratchMember extends AsyncDisposable {
  readonly argv: readonly string[];
  readonly url: string;
  /** Linearizable read of what is under `prefix` ("" is all): its count, and its first key, or its last when `last`. */
  readonly read: (prefix: string, last: boolean, signal: AbortSignal) => Promise<ScratchRead>;
}

export type ScratchStart = { readonly member: ScratchMember } | { readonly why: string };

export const SCRATCH_NAME = "scratch";
/** Goes into the restored member list and is never dialled: a single member has no peers. */
export const SCRATCH_PEER_URL = "http://127.0.0.1:2380";

/** Opening a database means reading all its keys once; minutes for many gigabytes. */
const ANSWER_MS = 180_000;
const READ_MS = 60_000;
/** Our reserved port can be taken by somebody else before etcd binds it. */
const PORT_TRIES = 3;
/** Larger than any database etcd supports (8 GiB is its suggested maximum): the copy must never raise NOSPACE by itself. */
const QUOTA_BYTES = 16 * 1024 ** 3;

/** Starts etcd on a restored data folder. `why` when it does not serve that data; throws when the fault is ours (no port, aborted). */
export async function startScratchMember(tools: EtcdTools, folder: string, dataDir: string, signal: AbortSignal): Promise<ScratchStart> {
  let why = "";
  for (let attempt = 0; attempt < PORT_TRIES; attempt += 1) {
    const started = await startOnce(tools, folder, dataDir, signal);
    if ("member" in started) return started;
    why = started.why;
    if (!why.includes("address already in use")) return started;
  }
  throw new FiredrillError("PORT_TAKEN", `no port of 127.0.0.1 stayed free long enough to start etcd: ${why}`, { hint: "try again" });
}

async function startOnce(tools: EtcdTools, folder: string, dataDir: string, signal: AbortSignal): Promise<ScratchStart> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const config = join(folder, "etcd.json");
  const log = join(folder, "etcd.log");
  await writeFile(config, JSON.stringify(configOf(url, dataDir)), { mode: 0o600 });
  const argv = [...(await diesWithUs()), tools.etcd, `--config-file=${config}`];
  const child = launch(argv, folder, log);
  const stop = async (): Promise<void> => stopChild(child);
  try {
    await untilAnswers(child, url, signal);
    const member: ScratchMember = {
      argv,
      url,
      read: (prefix, last, inner) => read(tools, url, prefix, last, inner),
      [Symbol.asyncDispose]: stop,
    };
    return { member };
  } catch (error) {
    await stop();
    signal.throwIfAborted();
    if (!(error instanceof FiredrillError) && !(error instanceof DeadlineError)) throw error;
    return { why: `${error.message}${await lastLines(log)}` };
  }
}

/** JSON is YAML. With a file etcd looks at no ETCD_… variable, so the user's own settings cannot change what is tested. */
function configOf(url: string, dataDir: string): object {
  return {
    name: SCRATCH_NAME,
    "data-dir": dataDir,
    "listen-client-urls": url,
    "advertise-client-urls": url,
    "listen-peer-urls": "http://127.0.0.1:0",
    "initial-advertise-peer-urls": SCRATCH_PEER_URL,
    "initial-cluster": `${SCRATCH_NAME}=${SCRATCH_PEER_URL}`,
    "quota-backend-bytes": QUOTA_BYTES,
    logger: "zap",
    "log-level": "warn",
    "log-outputs": ["stderr"],
  };
}

/** Has the kernel kill the member when this process dies, even by SIGKILL. setpriv is in every util-linux; without it we still clean up. */
async function diesWithUs(): Promise<readonly string[]> {
  const setpriv = await findProgram(["/usr/bin", "/bin"], "setpriv");
  return setpriv === null ? [] : [setpriv, "--pdeathsig", "KILL", "--"];
}

function launch(argv: readonly string[], cwd: string, log: string): ChildProcess {
  const [file = "", ...args] = argv;
  const out = openSync(log, "a", 0o600);
  try {
    return spawn(file, args, { cwd, stdio: ["ignore", out, out] });
  } finally {
    closeSync(out);
  }
}

async function untilAnswers(child: ChildProcess, url: string, signal: AbortSignal): Promise<void> {
  let failure: string | null = null;
  child.once("error", (error) => {
    failure = `etcd could not be started: ${error.message}`;
  });
  child.once("exit", (code, by) => {
    failure ??= `etcd ended with ${by ?? `exit code ${code}`}`;
  });
  using limit = deadline("starting etcd on the restored data", ANSWER_MS, signal);
  await poll(
    async (inner) => {
      if (failure !== null) throw new FiredrillError("TARGET_FAILED_TO_START", failure);
      return (await answers(url, inner)) ? true : undefined;
    },
    { everyMs: 25, signal: limit.signal },
  );
}

/**
 * etcd serves clients only once it is ready, leader included, so any answer will do. Health "false" is one: alarms are part of a
 * snapshot, and the reads that follow show whether they matter.
 */
async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal, headers: { connection: "close" } });
    return isObject(parseJson(await response.text()));
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

async function read(tools: EtcdTools, url: string, prefix: string, last: boolean, signal: AbortSignal): Promise<ScratchRead> {
  const order = last ? ["--order=DESCEND", "--sort-by=KEY"] : [];
  const args = [`--endpoints=${url}`, "--command-timeout=50s", "get", prefix, "--prefix", "--limit=1", ...order, "--write-out=json"];
  const result = await runTool(tools.etcdctl, args, { timeoutMs: READ_MS, env: ETCD_TOOL_ENV }, signal);
  const answer = parseJson(result.stdout);
  const header = isObject(answer) ? answer["header"] : undefined;
  if (!isObject(answer) || !isObject(header)) throw new FiredrillError("TOOL_FAILED", `etcdctl answered "${result.stdout.slice(0, 200)}"`);
  const kvs: readonly unknown[] = Array.isArray(answer["kvs"]) ? answer["kvs"] : [];
  const first = kvs[0];
  return {
    argv: result.argv,
    revision: Number(header["revision"] ?? 0),
    count: Number(answer["count"] ?? 0),
    first: isObject(first) ? { key: fromBase64(first["key"]), value: fromBase64(first["value"]) } : null,
  };
}

function fromBase64(value: unknown): string {
  return typeof value === "string" ? Buffer.from(value, "base64").toString("utf8") : "";
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  // Nothing in it is worth a clean stop.
  child.kill("SIGKILL");
  await gone;
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

async function lastLines(log: string): Promise<string> {
  const text = await readFile(log, "utf8").catch(() => "");
  const lines = text.trim().split("\n").slice(-3).join("\n");
  return lines === "" ? "" : `: ${lines}`;
}
