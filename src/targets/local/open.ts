import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { FiredrillError } from "../../core/errors.ts";
import type { Capability, Target } from "../../core/target.ts";
import { sha256 } from "../../util/digest.ts";
import { connectEtcd } from "../shared/etcd-client.ts";
import { etcdReader } from "../shared/etcd-reader.ts";
import { type Control, connectControl } from "./control-client.ts";
import { findAsides } from "./data-ops.ts";
import { localFacts } from "./facts.ts";
import { connectionOf, localPerformer } from "./perform.ts";
import { findRunKeys, residueOf } from "./residue.ts";
import { readTarget, targetDir, targetPaths } from "./target-file.ts";

const ALWAYS: readonly Capability[] = ["etcd", "etcdProcess", "etcdData", "peerNetwork", "command"];

/** A local target that is up. Throws TARGET_UNKNOWN when there is none of that name, TARGET_UNREACHABLE when its supervisor is gone. */
export async function openLocal(
  options: {
    readonly home: string;
    readonly name: string;
    /** Asks a person; without it the target cannot do manual steps. */
    readonly onPrompt?: (text: string, signal: AbortSignal) => Promise<string>;
  },
  signal: AbortSignal,
): Promise<Target> {
  const { home, name } = options;
  const target = readTarget(home, name);
  const paths = targetPaths(targetDir(home, name));
  const control = connectControl(target.socket);
  await requireSupervisor(control, name, signal);
  const connection = connectionOf(target, paths);
  const clients = connectEtcd(connection);
  const performer = localPerformer({ target, paths, supervision: control, clients, prompt: options.onPrompt ?? null });
  const members = target.members.map((member) => member.name);
  return {
    type: "local",
    name,
    disposable: true,
    throwAway: target.throwAway,
    fingerprint: sha256(new X509Certificate(readFileSync(connection.tls?.caFile ?? "")).raw),
    capabilities: new Set(options.onPrompt === undefined ? ALWAYS : [...ALWAYS, "operator"]),
    facts: async (signal) => localFacts(target, await control.status(signal)),
    look: performer.look,
    etcd: etcdReader(clients),
    connection: () => connection,
    perform: performer.perform,
    describe: performer.describe,
    armDeadMan: control.arm,
    disarmDeadMan: control.disarm,
    deadMen: async (signal) => (await control.status(signal)).deadMen,
    residue: async (ignoreTags, signal) => {
      const [processes, view, asides] = await Promise.all([
        control.status(signal),
        performer.look(signal),
        findAsides(performer.dataContext, members),
      ]);
      const answering = view.members.filter(({ answers, believesLeader }) => answers && believesLeader !== null);
      const keys = await findRunKeys(
        clients,
        answering.map((member) => member.name),
        signal,
      );
      return residueOf({ view, processes, asides, keys, ignoreTags });
    },
    snapshotDir: paths.snapshotDir,
    [Symbol.asyncDispose]: async () => clients[Symbol.dispose](),
  };
}

async function requireSupervisor(control: Control, name: string, signal: AbortSignal): Promise<void> {
  try {
    await control.status(signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new FiredrillError("TARGET_UNREACHABLE", `the supervisor of target "${name}" does not answer`, {
      hint: `its members can no longer be steered; clean up with: firedrill down ${name}`,
      cause: error,
    });
  }
}
