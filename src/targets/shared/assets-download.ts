// Fetching etcd's own release. The digest is pinned here, so a mirror, a proxy or a broken cable cannot give us another program.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { FiredrillError } from "../../core/errors.ts";
import { DeadlineError, deadline } from "../../util/clock.ts";
import { randomHex } from "../../util/random.ts";
import { formatSize } from "../../util/size.ts";
import { runTool } from "./exec.ts";

/** One release archive: its name without ".tar.gz", which is also the folder inside it. */
export interface Release {
  readonly version: string;
  readonly name: string;
  readonly sha256: string;
}

export interface FetchOptions {
  readonly release: Release;
  /** What stands before `/v<version>/<name>.tar.gz`. */
  readonly base: string;
  readonly cacheDir: string;
  readonly onProgress: (line: string) => void;
}

export const UPSTREAM = "https://github.com/etcd-io/etcd/releases/download";
const VERSION = "3.6.11";
/**
 * Digests of the .tar.gz files of etcd v3.6.11, as other public projects pin them: amd64 by four that agree, arm64 by one. Not yet
 * compared with that release's own SHA256SUMS file.
 */
const SHA256: Readonly<Record<string, string>> = {
  amd64: "8756f7a4eaf921668a83de0bf13c0f65cae9186a165696e3ae8396afe6f557ed",
  arm64: "5302f1a6157c34eb0568c75fba9d06da98353576df04399f08645bef634acd2d",
};
/** Names of processors: Node's to Go's. */
const GO_ARCH: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

const CONNECT_MS = 5000;
const OVERALL_MS = 300_000;
const UNPACK_MS = 60_000;
const MAX_HOPS = 5;
/** The archives are about 25 MB; a server that sends ten times that is not sending one. */
const MAX_BYTES = 256 * 1024 * 1024;
const PROGRAMS = ["etcd", "etcdctl", "etcdutl"] as const;

/** The release for a machine, or null where none is pinned. */
export function releaseFor(platform: string, arch: string): Release | null {
  const goArch = GO_ARCH[arch] ?? "";
  const digest = SHA256[goArch];
  if (platform !== "linux" || digest === undefined) return null;
  return { version: VERSION, name: `etcd-v${VERSION}-linux-${goArch}`, sha256: digest };
}

/** Where a release lives in the cache, whether it is there or not. */
export function releaseFolder(cacheDir: string, release: Release): string {
  return join(cacheDir, release.name);
}

/**
 * Fetches, checks and unpacks a release; gives its folder. Throws TOOL_FAILED when it cannot be had, DOWNLOAD_FAILED when the file is
 * another than the pinned one. Leaves nothing behind unless it succeeds.
 */
export async function fetchRelease(options: FetchOptions, signal: AbortSignal): Promise<string> {
  const { release } = options;
  const url = `${options.base.replace(/\/+$/, "")}/v${release.version}/${release.name}.tar.gz`;
  const folder = releaseFolder(options.cacheDir, release);
  await mkdir(options.cacheDir, { recursive: true });
  const work = join(options.cacheDir, `.part-${randomHex(6)}`);
  await mkdir(work, { mode: 0o700 });
  using overall = deadline(`fetching ${url}`, OVERALL_MS, signal);
  try {
    options.onProgress(`fetching etcd ${release.version} from ${options.base}`);
    const archive = join(work, "release.tar.gz");
    const got = await download(url, archive, overall.signal);
    if (got.sha256 !== release.sha256) {
      throw new FiredrillError("DOWNLOAD_FAILED", `"${url}" has SHA-256 "${got.sha256}" and not the pinned "${release.sha256}"`, {
        hint: "something between here and the release changed the file: check the mirror or proxy, or install etcd yourself",
      });
    }
    options.onProgress(`unpacking etcd ${release.version} (${formatSize(got.sizeBytes)})`);
    await runTool("tar", ["-xzf", archive, "-C", work, "--no-same-owner"], { timeoutMs: UNPACK_MS }, overall.signal);
    for (const program of PROGRAMS) await chmod(join(work, release.name, program), 0o755);
    // What is there by now was either put there by another run just now, or does not work: ours is known to be right.
    await rm(folder, { recursive: true, force: true });
    await rename(join(work, release.name), folder);
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function download(url: string, file: string, signal: AbortSignal): Promise<{ readonly sha256: string; readonly sizeBytes: number }> {
  try {
    const body = await open(url, signal);
    const hash = createHash("sha256");
    let sizeBytes = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        sizeBytes += chunk.length;
        hash.update(chunk);
        done(sizeBytes > MAX_BYTES ? new Error(`the answer is larger than ${formatSize(MAX_BYTES)}`) : null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(body), counted, createWriteStream(file, { mode: 0o600 }), { signal });
    return { sha256: hash.digest("hex"), sizeBytes };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FiredrillError || error instanceof DeadlineError) throw error;
    throw new FiredrillError("TOOL_FAILED", `"${url}" could not be fetched: ${reasonOf(error)}`, { cause: error });
  }
}

/** Follows redirects by hand, so that each connection has its own short deadline and none leads from https to http. */
async function open(first: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  let url = new URL(first);
  for (let hop = 0; hop < MAX_HOPS; hop += 1) {
    // The deadline is for the headers only; the body that follows them runs under the overall signal.
    const answer = await headers(url, signal);
    const location = answer.headers.get("location");
    if (answer.status >= 300 && answer.status < 400 && location !== null) {
      await answer.body?.cancel();
      const next = new URL(location, url);
      if (url.protocol === "https:" && next.protocol !== "https:") throw new Error(`it leads away from https, to "${next.origin}"`);
      url = next;
      continue;
    }
    if (answer.ok && answer.body !== null) return answer.body as ReadableStream<Uint8Array>;
    await answer.body?.cancel();
    throw new Error(`the server answered ${answer.status}`);
  }
  throw new Error(`more than ${MAX_HOPS} redirects`);
}

async function headers(url: URL, signal: AbortSignal): Promise<Response> {
  using connect = deadline(`connecting to ${url.host}`, CONNECT_MS);
  return await fetch(url, { redirect: "manual", signal: AbortSignal.any([signal, connect.signal]) });
}

/** fetch hides the reason (refused, no such host, bad certificate) in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && cause.message !== "") return cause.message;
  return error instanceof Error ? error.message : String(error);
}
