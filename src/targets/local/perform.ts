// Which part carries out which operation. The runner and the supervisor's dead-men go through here, so that both do the same thing.
import { FiredrillError } from "../../core/errors.ts";
import type { Op } from "../../core/op.ts";
import type { Connection } from "../../core/target.ts";
import type { ClusterView } from "../../core/view.ts";
import { deadline } from "../../util/clock.ts";
import type { Json } from "../../util/json.ts";
import { poll } from "../../util/poll.ts";
import type { EtcdClients } from "../shared/etcd-client.ts";
import { describeEtcdOp, performEtcdOp } from "../shared/etcd-ops.ts";
import { printArgv, runTool } from "../shared/exec.ts";
import { describeSnapshotOp, performSnapshotOp } from "../shared/snapshot.ts";
import type { Supervision } from "./control-protocol.ts";
import { type DataContext, describeDataOp, performDataOp } from "./data-ops.ts";
import { etcdArgs } from "./etcd-args.ts";
import { LOOK_DEADLINE_MS, lookAt } from "./look.ts";
import { pkiAt } from "./pki.ts";
import { clientUrl, peerUrl, type TargetFile, type TargetPaths } from "./target-file.ts";

/** How long a joining member's entry may take to show in a member list, ms. */
const JOIN_LIST_BUDGET_MS = 15_000;

export interface LocalContext {
  readonly target: TargetFile;
  readonly paths: TargetPaths;
  readonly supervision: Supervision;
  readonly clients: EtcdClients;
  /** Asks a person and gives the answer; null where there is nobody to ask. */
  readonly prompt: ((text: string, signal: AbortSignal) => Promise<string>) | null;
}

export interface LocalPerformer {
  readonly perform: (op: Op, signal: AbortSignal) => Promise<Json>;
  readonly describe: (op: Op) => string;
  readonly look: (signal: AbortSignal) => Promise<ClusterView>;
  readonly dataContext: DataContext;
}

/** How the members of a target are reached. Keys by path only. */
export function connectionOf(target: TargetFile, paths: TargetPaths): Connection {
  const pki = pkiAt(paths.pkiDir);
  return {
    members: target.members.map((member) => ({ name: member.name, clientUrl: clientUrl(member) })),
    tls: { caFile: pki.caFile, certFile: pki.clientCertFile, keyFile: pki.clientKeyFile },
  };
}

/** Carries out and describes every kind of operation on one target. */
export function localPerformer(context: LocalContext): LocalPerformer {
  const { target, paths, supervision, clients } = context;
  const look = async (signal: AbortSignal): Promise<ClusterView> => lookAt(target, await supervision.status(signal), clients);
  const peerOf = (name: string): string => {
    const member = target.members.find((each) => each.name === name);
    if (member === undefined) throw noMember(target, name);
    return peerUrl(member);
  };
  const dataContext: DataContext = {
    dataDir: (member) => {
      peerOf(member);
      return paths.dataDir(member);
    },
    peerUrl: peerOf,
    tools: target.tools,
    isRunning: async (member) => {
      using limit = deadline("the supervisor's status", LOOK_DEADLINE_MS * 5);
      return (await supervision.status(limit.signal)).members.some(({ name, running }) => name === member && running);
    },
  };
  const snapshotContext = { tools: target.tools, connection: connectionOf(target, paths), clients, scratchDir: paths.scratchDir };

  const perform = async (op: Op, signal: AbortSignal): Promise<Json> => {
    signal.throwIfAborted();
    switch (op.op) {
      case "member.start":
        return supervision.act(op, op.joining === true ? await clusterOf(op.member, context, signal) : null, signal);
      case "member.stop":
      case "member.pause":
      case "member.resume":
      case "links.set":
        return supervision.act(op, null, signal);
      case "data.setAside":
      case "data.copyAside":
      case "data.bringBack":
      case "data.discardAside":
      case "data.flip":
      case "data.restore":
        return performDataOp(op, dataContext, signal);
      case "snapshot.save":
      case "snapshot.verify":
      case "snapshot.remove":
        return performSnapshotOp(op, snapshotContext, signal);
      case "command.run": {
        const [file = "", ...args] = op.argv;
        const { argv, exitCode, stdout, tookMs } = await runTool(file, args, { timeoutMs: op.timeoutMs }, signal);
        return { argv: [...argv], exitCode, stdout: stdout.slice(-4096), tookMs };
      }
      case "manual.prompt":
        return ask(op.text, op.timeoutMs, context, signal);
      case "etcd.moveLeader":
      case "etcd.put":
      case "etcd.deletePrefix":
      case "etcd.fill":
      case "etcd.compact":
      case "etcd.defrag":
      case "etcd.disarm":
      case "etcd.memberRemove":
      case "etcd.memberAdd":
      case "etcd.memberPromote":
      case "etcd.reinstate":
      case "wait.answers":
        return performEtcdOp(op, { clients, look, peerUrl: peerOf, perform }, signal);
    }
  };

  const describe = (op: Op): string => {
    switch (op.op) {
      case "member.start": {
        const start = {
          clusterState: op.joining === true ? "existing" : "new",
          initialCluster: null,
          extraArgs: op.extraArgs ?? [],
        } as const;
        return printArgv([target.tools.etcd, ...etcdArgs(target, op.member, dataContext.dataDir(op.member), pkiAt(paths.pkiDir), start)]);
      }
      case "member.stop":
        return `kill -${op.how === "term" ? "TERM" : "KILL"} (${op.member})`;
      case "member.pause":
        return `kill -STOP (${op.member})`;
      case "member.resume":
        return `kill -CONT (${op.member})`;
      case "links.set":
        return `relay: ${op.links.map(describeLink).join(", ")}`;
      case "data.setAside":
      case "data.copyAside":
      case "data.bringBack":
      case "data.discardAside":
      case "data.flip":
      case "data.restore":
        return describeDataOp(op, dataContext);
      case "snapshot.save":
      case "snapshot.verify":
      case "snapshot.remove":
        return describeSnapshotOp(op, snapshotContext);
      case "command.run":
        return printArgv(op.argv);
      case "manual.prompt":
        return `ask the operator: ${op.text}`;
      case "etcd.moveLeader":
      case "etcd.put":
      case "etcd.deletePrefix":
      case "etcd.fill":
      case "etcd.compact":
      case "etcd.defrag":
      case "etcd.disarm":
      case "etcd.memberRemove":
      case "etcd.memberAdd":
      case "etcd.memberPromote":
      case "etcd.reinstate":
      case "wait.answers":
        return describeEtcdOp(op);
    }
  };
  return { perform, describe, look, dataContext };
}

function describeLink(link: Extract<Op, { op: "links.set" }>["links"][number]): string {
  const how = [
    ...(link.cut ? ["drop"] : []),
    ...(link.delayMs > 0 || link.jitterMs > 0 ? [`delay ${link.delayMs} ± ${link.jitterMs} ms`] : []),
    ...(link.rateBytes > 0 ? [`rate ${link.rateBytes} B/s`] : []),
  ];
  return `${link.from}→${link.to} ${how.length === 0 ? "pass" : how.join(" ")}`;
}

/** The value of --initial-cluster for a member that joins: exactly the members there are, itself included, or etcd refuses to start. */
async function clusterOf(member: string, context: LocalContext, signal: AbortSignal): Promise<string> {
  const { target, clients } = context;
  const own = target.members.find((each) => each.name === member);
  if (own === undefined) throw noMember(target, member);
  using budget = deadline(`"${member}" showing in the member list`, JOIN_LIST_BUDGET_MS, signal);
  return poll(
    async () => {
      const lists = await Promise.all(
        target.members
          .filter((each) => each.name !== member)
          .map(async (each) =>
            clients
              .of(each.name)
              .memberList(LOOK_DEADLINE_MS)
              .catch(() => null),
          ),
      );
      const list = lists.find((each) => each?.members.some(({ peerUrls }) => peerUrls.includes(peerUrl(own))) === true);
      return list?.members
        .flatMap((entry) => {
          const name = target.members.find((each) => entry.peerUrls.includes(peerUrl(each)))?.name ?? entry.name;
          return entry.peerUrls.map((url) => `${name}=${url}`);
        })
        .join(",");
    },
    { everyMs: 100, signal: budget.signal },
  );
}

async function ask(text: string, timeoutMs: number, context: LocalContext, signal: AbortSignal): Promise<Json> {
  if (context.prompt === null) {
    throw new FiredrillError("TARGET_LACKS_CAPABILITY", `there is nobody to ask: "${text}"`, {
      hint: "run this playbook from a terminal",
    });
  }
  using budget = deadline("the operator's answer", timeoutMs, signal);
  return { text, answer: await context.prompt(text, budget.signal) };
}

function noMember(target: TargetFile, name: string): FiredrillError {
  return new FiredrillError("USAGE", `target "${target.name}" has no member "${name}"`, {
    hint: `members are ${target.members.map((member) => member.name).join(", ")}`,
  });
}
