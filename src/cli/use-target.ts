// From `--target` to an open target: an existing one by name, or a throw-away one that goes when the command is done.
import { homedir } from "node:os";
import { join } from "node:path";
import { FiredrillError } from "../core/errors.ts";
import type { LocalTargetSpec } from "../core/playbook.ts";
import type { Target } from "../core/target.ts";
import type { EtcdTools } from "../targets/shared/assets.ts";
import { deadline } from "../util/clock.ts";
import { processStartTime } from "../util/process-identity.ts";
import { randomHex } from "../util/random.ts";
import type { Io } from "./io.ts";

export const DEFAULT_LOCAL: LocalTargetSpec = { type: "local", members: 3, quotaBytes: null, etcdArgs: [] };
const DESTROY_BUDGET_MS = 60_000;

export interface TargetRequest {
  readonly type: "local";
  /** null: a throw-away one. */
  readonly name: string | null;
}

/** "local", "local:NAME"; kind and cluster targets are not there yet and are said so. */
export function parseTarget(text: string | undefined): TargetRequest {
  const [type = "local", ...rest] = (text ?? "local").split(":");
  const name = rest.join(":");
  if (type === "local") return { type, name: name === "" ? null : checkName(name) };
  if (type === "kind" || type === "cluster") {
    throw new FiredrillError("TARGET_UNKNOWN", `this version cannot reach ${type} targets`, { hint: "use local or local:NAME" });
  }
  throw new FiredrillError("TARGET_UNKNOWN", `"${text ?? ""}" is not a target`, {
    hint: "use local (a throw-away cluster) or local:NAME (see: firedrill list targets)",
  });
}

/** A target's name: becomes a folder name and part of ids. */
export function checkName(name: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) return name;
  throw new FiredrillError("USAGE", `"${name}" cannot name a target`, { hint: "use up to 40 lower-case letters, digits and dashes" });
}

/** Finds etcd on this machine, or gets it. */
export async function etcdTools(io: Io, onProgress: (line: string) => void, signal: AbortSignal): Promise<EtcdTools> {
  const { findEtcd } = await import("../targets/shared/assets.ts");
  const cacheDir = join(io.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "firedrill");
  return findEtcd({ env: io.env, cacheDir, isRoot: process.getuid?.() === 0, onProgress }, signal);
}

export interface UsedTarget {
  readonly target: Target;
  /** Lets go of it; a throw-away one is destroyed unless `keep`. */
  readonly release: (keep: boolean) => Promise<void>;
}

/** Opens the asked-for target, starting a throw-away one when none is named. */
export async function useTarget(
  io: Io,
  request: TargetRequest,
  spec: LocalTargetSpec,
  onProgress: (line: string) => void,
  signal: AbortSignal,
): Promise<UsedTarget> {
  const { openLocal } = await import("../targets/local/open.ts");
  const onPrompt = (text: string, promptSignal: AbortSignal): Promise<string> => io.ask(text, promptSignal);
  if (request.name !== null) {
    const target = await openLocal({ home: io.home, name: request.name, onPrompt }, signal);
    return { target, release: async () => target[Symbol.asyncDispose]() };
  }
  const tools = await etcdTools(io, onProgress, signal);
  const { createLocal } = await import("../targets/local/create.ts");
  const name = `run-${randomHex(3)}`;
  const owner = { pid: process.pid, startTime: processStartTime(process.pid) ?? "" };
  onProgress(`starting a throw-away etcd ${tools.version} cluster of ${spec.members} (${tools.source})`);
  await createLocal({ home: io.home, name, spec, tools, throwAway: true, owner, onProgress }, signal);
  const target = await openLocal({ home: io.home, name, onPrompt }, signal);
  return {
    target,
    release: async (keep) => {
      await target[Symbol.asyncDispose]();
      if (keep) return;
      const { destroyLocal } = await import("../targets/local/destroy.ts");
      using budget = deadline("taking the throw-away target down", DESTROY_BUDGET_MS);
      await destroyLocal(io.home, name, budget.signal);
    },
  };
}
