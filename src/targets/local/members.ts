import { FiredrillError } from "../../core/errors.ts";
import { monoMs } from "../../util/clock.ts";
import type { Json } from "../../util/json.ts";
import { serial } from "../../util/serial.ts";
import type { ProcessOp } from "./control-protocol.ts";
import { etcdArgs } from "./etcd-args.ts";
import { requireOwnFolder } from "./folders.ts";
import { createMember, type MemberProcess, type MemberState } from "./member-process.ts";
import { pkiAt } from "./pki.ts";
import type { TargetFile, TargetPaths } from "./target-file.ts";

export type MemberOp = Exclude<ProcessOp, { op: "links.set" }>;

/** All members of a target. Operations on one member run one after the other; on different members at once. */
export interface Members {
  readonly states: () => readonly MemberState[];
  readonly act: (op: MemberOp, initialCluster: string | null) => Promise<Json>;
  /** Ends all of them for good and gives the names of those that ran. Nothing can be started afterwards. */
  readonly end: () => Promise<readonly string[]>;
}

interface Member {
  readonly process: MemberProcess;
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  clusterState: "new" | "existing";
  initialCluster: string | null;
}

export function createMembers(options: {
  readonly target: TargetFile;
  readonly paths: TargetPaths;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
  readonly onChange: (states: readonly MemberState[]) => void;
}): Members {
  const { target, paths, log } = options;
  const members = new Map<string, Member>();
  const ending = new AbortController();
  const states = (): readonly MemberState[] => [...members.values()].map(({ process }) => process.state());
  for (const { name, peerPort } of target.members) {
    const onChange = (): void => options.onChange(states());
    const logFile = paths.logFile(name);
    const process = createMember({ name, program: target.tools.etcd, peerPort, logFile, env: options.env, onChange });
    members.set(name, { process, inTurn: serial(), clusterState: "new", initialCluster: null });
  }

  const start = async (member: Member, op: Extract<MemberOp, { op: "member.start" }>, initialCluster: string | null): Promise<Json> => {
    if (op.joining !== undefined) {
      member.clusterState = op.joining ? "existing" : "new";
      member.initialCluster = initialCluster;
    }
    const dataDir = paths.dataDir(op.member);
    requireOwnFolder(dataDir);
    const { clusterState } = member;
    const extraArgs = op.extraArgs ?? [];
    const args = etcdArgs(target, op.member, dataDir, pkiAt(paths.pkiDir), {
      clusterState,
      initialCluster: member.initialCluster,
      extraArgs,
    });
    const beganMs = monoMs();
    const started = await member.process.start(args, ending.signal);
    const { pid, startTime } = member.process.state();
    if (started) log(`${op.member} started, pid ${pid ?? "?"}`);
    return { member: op.member, started, pid, startTime, tookMs: Math.round(monoMs() - beganMs) };
  };
  const stop = async (member: Member, how: "term" | "kill"): Promise<Json> => {
    const { name, pid, startTime } = member.process.state();
    const beganMs = monoMs();
    const stopped = await member.process.stop(how, ending.signal);
    if (stopped) log(`${name} stopped (${how}), pid ${pid ?? "?"}`);
    return { member: name, stopped, pid, startTime, tookMs: Math.round(monoMs() - beganMs) };
  };
  const freeze = async (member: Member, pausing: boolean): Promise<Json> => {
    const changed = await (pausing ? member.process.pause(ending.signal) : member.process.resume(ending.signal));
    const { name, pid, startTime, running, paused } = member.process.state();
    if (changed) log(`${name} ${pausing ? "paused" : "resumed"}`);
    return { member: name, changed, running, paused, pid, startTime };
  };
  return {
    states,
    act: async (op, initialCluster) => {
      const member = members.get(op.member);
      if (member === undefined) {
        throw new FiredrillError("USAGE", `no member is named "${op.member}"`, { hint: `members are ${[...members.keys()].join(", ")}` });
      }
      return member.inTurn(async () => {
        ending.signal.throwIfAborted();
        if (op.op === "member.start") return start(member, op, initialCluster);
        if (op.op === "member.stop") return stop(member, op.how);
        return freeze(member, op.op === "member.pause");
      });
    },
    end: async () => {
      const running = states().filter((state) => state.running);
      ending.abort(new FiredrillError("TARGET_UNREACHABLE", "the target is being taken down"));
      const never = new AbortController().signal;
      await Promise.all([...members.values()].map(({ process, inTurn }) => inTurn(() => process.stop("kill", never))));
      return running.map(({ name }) => name);
    },
  };
}
