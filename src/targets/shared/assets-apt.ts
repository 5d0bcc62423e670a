// The distribution's packages, taken apart into the cache. Installing them would start a system service and change the user's machine;
// unpacking does neither, and apt checks the signatures all the same.
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FiredrillError } from "../../core/errors.ts";
import { randomHex } from "../../util/random.ts";
import { runTool } from "./exec.ts";

export interface AptOptions {
  readonly aptGet: string;
  /** Takes the unpacked packages; the programs are then in `usr/bin` below it. */
  readonly folder: string;
  readonly onProgress: (line: string) => void;
}

const PACKAGES = ["etcd-server", "etcd-client"] as const;
const DOWNLOAD_MS = 300_000;
const UNPACK_MS = 60_000;
const ENV = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" } as const;
/** One try of few seconds a connection: this is the last resort of somebody who waits. */
const APT_OPTIONS = ["-q", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=15", "-o", "Acquire::https::Timeout=15"];

/** Downloads and unpacks the packages; throws TOOL_FAILED when they cannot be had. Leaves nothing behind unless it succeeds. */
export async function fetchFromApt(options: AptOptions, signal: AbortSignal): Promise<void> {
  const parent = dirname(options.folder);
  await mkdir(parent, { recursive: true });
  const work = join(parent, `.part-${randomHex(6)}`);
  const root = join(work, "root");
  await mkdir(root, { recursive: true });
  try {
    options.onProgress(`fetching ${PACKAGES.join(" and ")} from the distribution`);
    await downloadPackages(options.aptGet, work, signal);
    for (const file of await readdir(work)) {
      if (file.endsWith(".deb")) await runTool("dpkg", ["-x", join(work, file), root], { timeoutMs: UNPACK_MS }, signal);
    }
    await rm(options.folder, { recursive: true, force: true });
    await rename(root, options.folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function downloadPackages(aptGet: string, work: string, signal: AbortSignal): Promise<void> {
  const run = { cwd: work, env: ENV, timeoutMs: DOWNLOAD_MS };
  try {
    await runTool(aptGet, [...APT_OPTIONS, "download", ...PACKAGES], run, signal);
  } catch (error) {
    if (!(error instanceof FiredrillError) || error.code !== "TOOL_FAILED") throw error;
    // A fresh machine or container has no package lists. They are fetched into our own folder: the system's stay as they are.
    const lists = join(work, "lists");
    await mkdir(join(lists, "partial"), { recursive: true });
    const own = ["-o", `Dir::State::lists=${lists}`, "-o", `Dir::Cache::pkgcache=`, "-o", `Dir::Cache::srcpkgcache=`];
    await runTool(aptGet, [...APT_OPTIONS, ...own, "update"], run, signal);
    await runTool(aptGet, [...APT_OPTIONS, ...own, "download", ...PACKAGES], run, signal);
  }
}
