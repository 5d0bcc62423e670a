import { errorLine } from "../../core/errors.ts";
import { EXIT } from "../../core/outcome.ts";
import type { Residue } from "../../core/target.ts";
import type { ClusterView } from "../../core/view.ts";
import { holderLives, listActive, lockHolder } from "../../runner/state.ts";
import { deadline } from "../../util/clock.ts";
import { formatSize } from "../../util/size.ts";
import { type CommandHelp, parseOptions } from "../command.ts";
import { type Io, paint } from "../io.ts";
import { expectPositionals } from "../parse-flags.ts";

export const help: CommandHelp = {
  name: "status",
  summary: "show targets, open runs and anything left behind",
  usage: "[options] [NAME]",
  details:
    "Looks at every local target and every run that is not closed. Exits 4 when a run died without undoing or something of ours is left on a target.",
  options: [{ flag: "json", description: "print JSON" }],
  examples: [{ line: "firedrill status", what: "is anything broken?" }],
  exitCodes: [
    [0, "nothing is left broken"],
    [4, "something is"],
  ],
};

interface TargetStatus {
  readonly name: string;
  readonly supervisor: string;
  readonly etcdVersion: string;
  readonly throwAway: boolean;
  readonly memoryBytes: number | null;
  readonly runningDrill: string | null;
  readonly view: ClusterView | null;
  readonly residue: readonly Residue[];
  readonly problem: string | null;
}

export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = parseOptions(help, args);
  expectPositionals(help, options, 0, 1);
  const wanted = options.positionals[0];
  const { listLocal } = await import("../../targets/local/list.ts");
  const infos = (await listLocal(io.home)).filter(({ name }) => wanted === undefined || name === wanted);
  const targets: TargetStatus[] = [];
  for (const info of infos) targets.push({ ...info, ...(await look(io, info.name)) });
  const runs = listActive(io.home)
    .filter((active) => wanted === undefined || active.target.name === wanted)
    .map((active) => ({
      run: active.run,
      playbook: active.playbook,
      target: active.target.name,
      pid: active.pid,
      alive: holderLives(active),
    }));
  // While a drill runs, what it broke is where it should be.
  const broken =
    runs.some(({ alive }) => !alive) ||
    targets.some(({ residue, problem, runningDrill }) => problem !== null || (residue.length > 0 && runningDrill === null));
  if (options.on("json")) io.stdout.write(`${JSON.stringify({ targets, runs, broken })}\n`);
  else io.stdout.write(render(io, targets, runs));
  return broken ? EXIT.leftBroken : EXIT.passed;
}

async function look(io: Io, name: string): Promise<Pick<TargetStatus, "view" | "residue" | "problem" | "runningDrill">> {
  const { openLocal } = await import("../../targets/local/open.ts");
  using budget = deadline(`looking at local:${name}`, 30_000, io.interrupted);
  try {
    await using target = await openLocal({ home: io.home, name }, budget.signal);
    const [view, residue] = await Promise.all([target.look(budget.signal), target.residue([], budget.signal)]);
    return { view, residue, problem: null, runningDrill: lockHolder(io.home, target.fingerprint)?.run ?? null };
  } catch (error) {
    return { view: null, residue: [], problem: errorLine(error), runningDrill: null };
  }
}

function render(
  io: Io,
  targets: readonly TargetStatus[],
  runs: readonly { readonly run: string; readonly target: string; readonly pid: number; readonly alive: boolean }[],
): string {
  const lines: string[] = targets.length === 0 ? ["no local targets; start one with: firedrill up"] : [];
  for (const target of targets) {
    const memory = target.memoryBytes === null ? "" : `, ${formatSize(target.memoryBytes)} of memory`;
    lines.push(
      `${paint(io, "bold", `local:${target.name}`)}  etcd ${target.etcdVersion}, supervisor ${target.supervisor}${memory}${target.throwAway ? ", throw-away" : ""}`,
    );
    if (target.runningDrill !== null) lines.push(`  drill running: ${target.runningDrill}`);
    if (target.problem !== null) lines.push(`  ${paint(io, "red", "problem:")} ${target.problem}`);
    for (const member of target.view?.members ?? []) {
      const state = !member.running
        ? "down"
        : member.paused
          ? "paused"
          : member.answers
            ? member.learner
              ? "learner"
              : target.view?.leader === member.name
                ? "leader"
                : "follower"
            : "not answering";
      const figures = member.answers
        ? `  term ${member.term ?? "?"}, raft index ${member.raftIndex ?? "?"}, revision ${member.revision ?? "?"}, db ${member.dbSizeBytes === null ? "?" : formatSize(member.dbSizeBytes)}`
        : "";
      lines.push(
        `  ${member.name.padEnd(6)} ${member.clientUrl.padEnd(26)} ${state.padEnd(13)}${figures}${member.alarms.length > 0 ? `  ALARM ${member.alarms.join(", ")}` : ""}`,
      );
    }
    for (const residue of target.residue)
      lines.push(`  ${target.runningDrill === null ? paint(io, "red", "left behind:") : "in:"} ${residue.what}`);
  }
  for (const run of runs)
    lines.push(
      run.alive
        ? `run ${run.run} on ${run.target} (pid ${run.pid})`
        : `${paint(io, "red", "died without undoing:")} ${run.run} on ${run.target}; next: firedrill recover`,
    );
  return `${lines.join("\n")}\n`;
}
