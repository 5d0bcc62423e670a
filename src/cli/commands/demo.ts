import { fileURLToPath } from "node:url";
import { EXIT } from "../../core/outcome.ts";
import { type CommandHelp, parseOptions } from "../command.ts";
import type { Io } from "../io.ts";
import { loadPlaybooks } from "../load-playbooks.ts";
import { expectPositionals } from "../parse-flags.ts";
import { loadRegistry } from "../registry.ts";
import { reportsDirOf, runMany, worstExit } from "../run-many.ts";
import { conclude } from "./run.ts";

export const help: CommandHelp = {
  name: "demo",
  summary: "start an etcd cluster, crash its leader, lose and restore all data, and report",
  usage: "[options]",
  details:
    "Finds etcd on this machine or gets it, starts three real members with TLS, kills the leader with SIGKILL and brings it back, takes a snapshot\n" +
    "and verifies it, destroys all data and restores it, and prints what it measured. Takes under a minute and leaves nothing running.",
  options: [
    { flag: "reports", value: "DIR", description: "where the report goes", default: "reports, or FIREDRILL_REPORTS" },
    { flag: "seed", value: "N", description: "seed of every random choice", default: "random" },
    { flag: "keep", description: "keep the cluster" },
    { flag: "json", description: "print one event a line as JSON" },
    { flag: "quiet", short: "q", description: "print phases and what is not good only" },
  ],
  examples: [{ line: "firedrill demo", what: "see a drill" }],
  exitCodes: [
    [0, "passed"],
    [1, "an objective was missed"],
    [3, "etcd could not be found or started, or the run was inconclusive"],
  ],
};

export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = parseOptions(help, args);
  expectPositionals(help, options, 0, 0);
  const registry = await loadRegistry();
  const json = options.on("json");
  const file = fileURLToPath(new URL("../../../playbooks/demo.yaml", import.meta.url));
  const playbooks = await loadPlaybooks(io, [file], registry, {}, json);
  if (playbooks === null) return EXIT.bug;
  const seed = options.text("seed");
  const done = await runMany(io, {
    playbooks,
    registry,
    target: { type: "local", name: null },
    members: undefined,
    seed: seed === undefined ? undefined : Number(seed),
    repeat: 1,
    reportsDir: reportsDirOf(io, options.text("reports")),
    operator: undefined,
    approvedPlan: null,
    keep: options.on("keep"),
    json,
    quiet: options.on("quiet"),
  });
  await conclude(io, done, { json, repeat: 1 });
  return worstExit(done.map(({ exitCode }) => exitCode));
}
