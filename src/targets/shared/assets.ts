// Finding etcd: what is on the machine first, then a fetched release whose digest we know, then the distribution's own package. Never
// silently another version: where the programs came from and what they cannot do is part of every report.
import { arch, platform } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { errorLine, FiredrillError } from "../../core/errors.ts";
import { DeadlineError } from "../../util/clock.ts";
import { fetchFromApt } from "./assets-apt.ts";
import { fetchRelease, releaseFolder, releaseFor, UPSTREAM } from "./assets-download.ts";
import { findProgram, type Probed, probeTools } from "./assets-probe.ts";

/** etcd and its companions, of one minor release, each of which has been run. */
export interface EtcdTools {
  readonly version: string;
  readonly etcd: string;
  readonly etcdctl: string;
  /** Null up to 3.4, where etcdctl does its work. */
  readonly etcdutl: string | null;
  /** Where they came from, e.g. "PATH: /usr/bin/etcd". */
  readonly source: string;
  /** What they cannot do, one sentence each. */
  readonly limits: readonly string[];
  readonly can: { readonly bumpRevision: boolean };
}

export interface FindOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where fetched programs are kept for the next time. */
  readonly cacheDir: string;
  readonly isRoot: boolean;
  /** Gets a line before anything that takes time. */
  readonly onProgress: (line: string) => void;
}

/**
 * Finds etcd on PATH, in FIREDRILL_ASSETS, in the cache, at the upstream release, in the distribution's packages, in this order.
 * FIREDRILL_OFFLINE=1 leaves out the last two. Throws TOOL_MISSING with everything that was tried, or DOWNLOAD_FAILED when a fetched
 * file is not the one it should be.
 */
export async function findEtcd(options: FindOptions, signal: AbortSignal): Promise<EtcdTools> {
  const tried: string[] = [];
  for (const place of places(options)) {
    signal.throwIfAborted();
    const probed = await place.look(signal);
    if ("tools" in probed) return probed.tools;
    tried.push(`${place.name} ${probed.why}`);
    // Somebody meant this place: going on with another version must not be silent.
    if (place.meant) options.onProgress(`${place.name} ${probed.why}; looking further`);
  }
  throw new FiredrillError("TOOL_MISSING", "etcd is not on this machine and could not be fetched", {
    hint: `install etcd 3.5 or newer (with etcdctl and etcdutl), or point FIREDRILL_ASSETS at a folder that has them; tried: ${tried.join("; ")}`,
  });
}

/** The program that checks and restores snapshots: etcdutl where there is one, else etcdctl (up to 3.5). */
export function snapshotTool(tools: EtcdTools): string {
  if (tools.etcdutl !== null) return tools.etcdutl;
  const [major = 0, minor = 0] = tools.version.split(".").map(Number);
  if (major > 3 || (major === 3 && minor >= 6)) {
    throw new FiredrillError("TOOL_MISSING", `etcd ${tools.version} needs etcdutl to check or restore a snapshot, and there is none`, {
      hint: `put the etcdutl of the same release beside ${tools.etcd}`,
    });
  }
  return tools.etcdctl;
}

interface Place {
  readonly name: string;
  /** The user named it. */
  readonly meant: boolean;
  readonly look: (signal: AbortSignal) => Promise<Probed>;
}

function places(options: FindOptions): readonly Place[] {
  const assets = options.env["FIREDRILL_ASSETS"] ?? "";
  const path = (options.env["PATH"] ?? "")
    .split(delimiter)
    .filter((dir) => dir !== "")
    .map((dir) => resolve(dir));
  const local: Place[] = [
    { name: "PATH", meant: false, look: (signal) => probeTools(path, "PATH", signal) },
    {
      name: assets === "" ? "FIREDRILL_ASSETS" : `FIREDRILL_ASSETS "${assets}"`,
      meant: assets !== "",
      look: async (signal) =>
        assets === "" ? { why: "is not set" } : probeTools([resolve(assets), resolve(assets, "bin")], "FIREDRILL_ASSETS", signal),
    },
  ];
  const release = releaseFor(platform(), arch());
  if (release !== null) {
    const folder = releaseFolder(options.cacheDir, release);
    local.push({ name: `the cache "${folder}"`, meant: false, look: (signal) => probeTools([folder], "cache", signal) });
  }
  const debian = join(options.cacheDir, `etcd-debian-${arch()}`);
  const debianBin = join(debian, "usr", "bin");
  // Before the network: what the last run used is what this one uses, and no site without a way out waits for one every time.
  local.push({
    name: `the cache "${debian}"`,
    meant: false,
    look: (signal) => probeTools([debianBin], "distribution package in the cache", signal),
  });
  const offline = (options.env["FIREDRILL_OFFLINE"] ?? "") === "1";
  return [
    ...local,
    {
      name: "the upstream release",
      meant: false,
      look: async (signal) => {
        if (offline) return { why: "was not asked for: FIREDRILL_OFFLINE is 1" };
        if (release === null) return { why: `is not pinned for ${platform()} on ${arch()}` };
        const mirror = options.env["FIREDRILL_ETCD_MIRROR"] ?? "";
        const base = mirror === "" ? UPSTREAM : mirror;
        return orWhy(signal, async () => {
          const folder = await fetchRelease({ release, base, cacheDir: options.cacheDir, onProgress: options.onProgress }, signal);
          return probeTools([folder], `fetched from ${base}`, signal);
        });
      },
    },
    {
      name: "the distribution's packages",
      meant: false,
      look: async (signal) => {
        if (offline) return { why: "were not asked for: FIREDRILL_OFFLINE is 1" };
        if (!options.isRoot) return { why: "were not asked for: not running as root" };
        const aptGet = await findProgram(path, "apt-get");
        if (aptGet === null) return { why: "were not asked for: there is no apt-get" };
        return orWhy(signal, async () => {
          await fetchFromApt({ aptGet, folder: debian, onProgress: options.onProgress }, signal);
          return probeTools([debianBin], "distribution package", signal);
        });
      },
    },
  ];
}

/** A place that cannot be reached is one reason among others; a file that is not what it should be ends the search. */
async function orWhy(signal: AbortSignal, look: () => Promise<Probed>): Promise<Probed> {
  try {
    return await look();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FiredrillError && error.code === "DOWNLOAD_FAILED") throw error;
    if (!(error instanceof FiredrillError) && !(error instanceof DeadlineError)) throw error;
    return { why: `failed: ${errorLine(error)}` };
  }
}
