// The owner of a local target's processes and peer network. It lives in a process of its own, so that what a drill broke can be put back
// after the drill's process is gone. It never starts a member by itself: a member that crashed stays down until somebody says otherwise.
import { rmSync } from "node:fs";
import { errorLine, FiredrillError } from "../../core/errors.ts";
import type { Op } from "../../core/op.ts";
import { every, monoMs } from "../../util/clock.ts";
import type { Json } from "../../util/json.ts";
import { bootId, isAlive } from "../../util/process-identity.ts";
import { freshSeed } from "../../util/random.ts";
import { isProcessOp, type ProcessOp, type Request, type Supervision, type SupervisorStatus } from "./control-protocol.ts";
import { serveControl } from "./control-server.ts";
import { openDeadMen } from "./dead-men.ts";
import { createLinks } from "./links.ts";
import type { MemberState } from "./member-process.ts";
import { createMembers } from "./members.ts";
import { findDialler } from "./proc-net.ts";
import { openRelay, type RelayOptions } from "./relay.ts";
import { removeSocket } from "./socket-path.ts";
import { writeState } from "./state-file.ts";
import { readTargetFile, type TargetFile, targetPaths } from "./target-file.ts";

/** How often a throw-away target looks whether its owner still lives, ms. */
const OWNER_LOOK_MS = 1_000;

export interface SuperviseOptions {
  readonly dir: string;
  readonly identity: { readonly pid: number; readonly startTime: string };
  /** What etcd processes inherit. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
  /** Carries out an operation of a dead-man, process operations through `supervision`. */
  readonly perform: (op: Op, target: TargetFile, supervision: Supervision, signal: AbortSignal) => Promise<Json>;
}

/** Serves one target until it is taken down, by request, by its owner's end, or by `stop`. Members are started by request only. */
export async function supervise(options: SuperviseOptions, stop: AbortSignal): Promise<void> {
  const { dir, identity, log } = options;
  const paths = targetPaths(dir);
  const target = readTargetFile(paths.targetFile);
  const names = target.members.map(({ name }) => name);
  const links = createLinks(names, freshSeed());
  const ended = Promise.withResolvers<void>();
  let goingDown: Promise<readonly string[]> | null = null;

  const persist = (states: readonly MemberState[]): void => {
    if (goingDown !== null) return;
    const members = states.map(({ name, desired, pid, startTime }) => ({
      name,
      desired,
      process: pid === null || startTime === null ? null : { pid, startTime },
    }));
    writeState(paths.stateFile, { bootId: bootId(), supervisor: identity, members });
  };
  const members = createMembers({ target, paths, env: options.env, log, onChange: persist });
  persist(members.states());

  const identify: RelayOptions["identify"] = async (sourcePort, relayPort) => {
    const running = members.states().flatMap(({ name, pid }) => (pid === null ? [] : [{ name, pid }]));
    const pids = running.map(({ pid }) => pid);
    const found = await findDialler(sourcePort, relayPort, pids);
    if (found.kind !== "pid") return found;
    const dialler = running.find(({ pid }) => pid === found.pid);
    return dialler === undefined ? { kind: "other" } : { member: dialler.name };
  };
  const relays = await Promise.all(
    target.members.map((member) =>
      openRelay({ member: member.name, port: member.relayPort, memberPort: member.peerPort, links, identify, log }),
    ),
  );

  const act = async (op: ProcessOp, initialCluster: string | null): Promise<Json> => {
    if (op.op !== "links.set") return members.act(op, initialCluster);
    links.set(op.links);
    for (const { from, to, cut, delayMs, jitterMs, rateBytes } of op.links) {
      log(
        `link ${from}→${to}: ${cut ? "cut" : `open, delay ${delayMs} ± ${jitterMs} ms, rate ${rateBytes === 0 ? "unlimited" : `${rateBytes} B/s`}`}`,
      );
    }
    return { links: op.links.length };
  };
  const status = (): SupervisorStatus => ({ ...identity, members: members.states(), links: links.views(), deadMen: deadMen.list() });
  const supervision: Supervision = { status: async () => status(), act };
  const deadMen = openDeadMen({
    file: paths.deadMenFile,
    perform: (op, signal) => options.perform(op, target, supervision, signal),
    log,
  });

  const goDown = async (remove: boolean): Promise<readonly string[]> => {
    log(`going down${remove ? "; the folder is removed" : ""}`);
    // Members first: a dead-man that fires just now must not start what is being ended.
    const stopped = await members.end();
    await deadMen[Symbol.asyncDispose]();
    await Promise.all(relays.map((relay) => relay[Symbol.asyncDispose]()));
    if (remove) rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
    removeSocket(target.socket);
    return stopped;
  };
  const down = async (remove: boolean): Promise<readonly string[]> => {
    goingDown ??= goDown(remove);
    try {
      return await goingDown;
    } finally {
      ended.resolve();
    }
  };
  const downQuietly = (remove: boolean): void => void down(remove).catch((error: unknown) => log(errorLine(error)));

  const handle = async (request: Request): Promise<Json> => {
    switch (request.method) {
      case "status":
        return status() as unknown as Json;
      case "act":
        if (!isProcessOp(request.op)) throw new FiredrillError("USAGE", `the supervisor does not carry out "${request.op.op}" by request`);
        return act(request.op, request.initialCluster);
      case "deadman.arm":
        await deadMen.arm(request.deadMan);
        return null;
      case "deadman.disarm":
        return deadMen.disarm(request.id);
      case "down":
        return [...(await down(request.remove))];
    }
  };
  const control = await serveControl(target.socket, handle, log);
  log(`ready, pid ${identity.pid}`);
  stop.addEventListener("abort", () => downQuietly(false), { once: true });

  let aloneSinceMs: number | null = null;
  using _owner = every(OWNER_LOOK_MS, () => {
    if (!target.throwAway || goingDown !== null) return;
    const alone = !isAlive(target.owner.pid, target.owner.startTime) && !deadMen.pending();
    aloneSinceMs = alone ? (aloneSinceMs ?? monoMs()) : null;
    if (aloneSinceMs === null || monoMs() - aloneSinceMs < target.graceMs) return;
    log(`its owner, pid ${target.owner.pid}, is gone`);
    downQuietly(true);
  });
  await ended.promise;
  control.close();
}
