// Entry of the supervisor's own process: node supervisor.ts <target folder>. Started by createLocal with its output going to a log file.
import { writeSync } from "node:fs";
import { errorLine } from "../../core/errors.ts";
import { wallNow } from "../../util/clock.ts";
import { processStartTime } from "../../util/process-identity.ts";
import { isProcessOp } from "./control-protocol.ts";
import { type SuperviseOptions, supervise } from "./supervise.ts";
import { targetPaths } from "./target-file.ts";

function log(line: string): void {
  try {
    writeSync(1, `${wallNow().toISOString()} ${line}\n`);
  } catch {
    // A full disk must not end the process that puts things back.
  }
}

/** Loaded when a dead-man fires, not before: the etcd client costs memory and start-up time that a supervisor does not need. */
const perform: SuperviseOptions["perform"] = async (op, target, supervision, signal) => {
  // What needs no etcd client must not fail for want of one: starting a process again is what most undos come down to.
  if (isProcessOp(op) && !(op.op === "member.start" && op.joining === true)) return supervision.act(op, null, signal);
  const { connectionOf, localPerformer } = await import("./perform.ts");
  const { connectEtcd } = await import("../shared/etcd-client.ts");
  const paths = targetPaths(dir);
  using clients = connectEtcd(connectionOf(target, paths));
  // Awaited here: the clients are closed when this function is left.
  return await localPerformer({ target, paths, supervision, clients, prompt: null }).perform(op, signal);
};

const dir = process.argv[2] ?? "";
const stop = new AbortController();
// What is left of a bug must still be able to put things back: say it, and go on.
process.on("uncaughtException", (error) => log(`bug: ${error.stack ?? error.message}`));
process.on("unhandledRejection", (reason) => log(`bug: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`));
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop.abort());
process.on("SIGHUP", () => undefined);

// ETCD_… variables are settings to etcd: those of the user's own shell must not become settings of our members.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ETCD")));
try {
  await supervise({ dir, identity: { pid: process.pid, startTime: processStartTime(process.pid) ?? "?" }, env, log, perform }, stop.signal);
} catch (error) {
  log(`cannot supervise: ${errorLine(error)}`);
  process.exit(1);
}
