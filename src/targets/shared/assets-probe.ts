// A program that is there is not yet a program that works: each candidate is run and asked what it can do.
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorLine, FiredrillError } from "../../core/errors.ts";
import type { EtcdTools } from "./assets.ts";
import { runTool, type ToolResult } from "./exec.ts";
import { ETCD_TOOL_ENV } from "./tool-env.ts";

/** Starting a Go program takes tens of milliseconds; a machine under load gets room. */
const PROBE_TIMEOUT_MS = 20_000;

/** Either a set of programs that work together, or why it is none, as the end of a sentence. */
export type Probed = { readonly tools: EtcdTools } | { readonly why: string };

/** Runs the programs of one place. `searchDirs` are looked through in order; etcdctl may come from a later one than etcd. */
export async function probeTools(searchDirs: readonly string[], sourceLabel: string, signal: AbortSignal): Promise<Probed> {
  const etcd = await findProgram(searchDirs, "etcd");
  if (etcd === null) return { why: "has no program etcd" };
  // The companions of the etcd that was found come before others of the same name elsewhere.
  const nearFirst = [join(etcd, ".."), ...searchDirs];
  const etcdctl = await findProgram(nearFirst, "etcdctl");
  if (etcdctl === null) return { why: `has ${etcd} but no etcdctl` };
  try {
    const version = await versionOf(etcd, ["--version"], /^etcd Version: (\S+)/m, signal);
    const ctlVersion = await versionOf(etcdctl, ["version"], /^etcdctl version: (\S+)/m, signal);
    if (minorOf(version) !== minorOf(ctlVersion)) return { why: `has etcd ${version} but etcdctl ${ctlVersion}` };
    const limits = version === ctlVersion ? [] : [`etcdctl is ${ctlVersion} and etcd ${version}: they are not of one release`];
    const utl = await findUtility(nearFirst, version, signal);
    if (utl.limit !== null) limits.push(utl.limit);
    const bumpRevision = await canBump(utl.file ?? etcdctl, signal);
    return {
      tools: {
        version,
        etcd,
        etcdctl,
        etcdutl: utl.file,
        source: `${sourceLabel}: ${etcd}`,
        limits: [...limits, ...versionLimits(version, bumpRevision, utl.file !== null)],
        can: { bumpRevision },
      },
    };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof FiredrillError)) throw error;
    return { why: `has an etcd that does not run: ${errorLine(error)}` };
  }
}

/** "3.6" of "3.6.16"; the whole text when it is no version number. */
function minorOf(version: string): string {
  return /^v?(\d+\.\d+)/.exec(version)?.[1] ?? version;
}

/** The first executable file of that name in the folders, or null. */
export async function findProgram(dirs: readonly string[], name: string): Promise<string | null> {
  for (const dir of dirs) {
    const file = join(dir, name);
    try {
      await access(file, constants.X_OK);
      if ((await stat(file)).isFile()) return file;
    } catch {
      // Not here; PATH is full of folders that do not exist.
    }
  }
  return null;
}

async function findUtility(
  dirs: readonly string[],
  version: string,
  signal: AbortSignal,
): Promise<{ file: string | null; limit: string | null }> {
  const file = await findProgram(dirs, "etcdutl");
  if (file === null) return { file, limit: null };
  const utlVersion = await versionOf(file, ["version"], /^etcdutl version: (\S+)/m, signal);
  if (minorOf(utlVersion) === minorOf(version)) return { file, limit: null };
  // A snapshot restored by another minor release may get a storage version that this etcd refuses.
  return { file: null, limit: `${file} is ${utlVersion} and is not used with etcd ${version}` };
}

async function versionOf(file: string, args: readonly string[], pattern: RegExp, signal: AbortSignal): Promise<string> {
  const result = await runTool(file, args, { timeoutMs: PROBE_TIMEOUT_MS, env: ETCD_TOOL_ENV }, signal);
  const version = pattern.exec(result.stdout)?.[1];
  if (version === undefined) throw new FiredrillError("TOOL_FAILED", `"${file} ${args.join(" ")}" names no version`);
  return version.replace(/^v/, "");
}

/** Asks the tool itself: packagers backport and strip, so a version number is no answer. Flag since 3.5.10. */
async function canBump(restorer: string, signal: AbortSignal): Promise<boolean> {
  const options = { timeoutMs: PROBE_TIMEOUT_MS, env: ETCD_TOOL_ENV, allowFailure: true };
  const help: ToolResult = await runTool(restorer, ["snapshot", "restore", "--help"], options, signal);
  return `${help.stdout}${help.stderrTail}`.includes("--bump-revision");
}

function versionLimits(version: string, bumpRevision: boolean, hasUtility: boolean): readonly string[] {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.+-]/).map(Number);
  const limits: string[] = [];
  if (!canRestore(version, hasUtility)) {
    limits.push(`etcd ${version} without etcdutl can neither check nor restore a snapshot: since 3.6 etcdctl has no such command`);
  } else if (!bumpRevision) {
    limits.push(
      `etcd ${version} has no --bump-revision: after a restore, clients' watch caches are not told that history changed, ` +
        "so every API server, controller and kubelet has to be restarted",
    );
  }
  // etcd's data inconsistency notice of March 2022: 3.5.0, 3.5.1 and 3.5.2 may lose consistency when killed under load.
  if (major === 3 && minor === 5 && patch <= 2) limits.push(`etcd ${version} can corrupt its own data when it is killed under load`);
  return limits;
}

/** Up to 3.5 etcdctl restores; from 3.6 on only etcdutl does. */
function canRestore(version: string, hasUtility: boolean): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return hasUtility || major < 3 || (major === 3 && minor < 6);
}
