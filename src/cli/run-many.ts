// Runs playbooks one after the other, each on its target, and says how they ended.
import { relative, resolve } from "node:path";
import { errorLine } from "../core/errors.ts";
import { EXIT } from "../core/outcome.ts";
import type { LocalTargetSpec, Playbook, Registry } from "../core/playbook.ts";
import type { RunRecord } from "../core/record.ts";
import type { Progress } from "../report/progress.ts";
import { freshSeed } from "../util/random.ts";
import type { Io } from "./io.ts";
import { openProgress } from "./progress.ts";
import { DEFAULT_LOCAL, type TargetRequest, useTarget } from "./use-target.ts";
import { version } from "./version.ts";

export interface RunManyOptions {
  readonly playbooks: readonly Playbook[];
  readonly registry: Registry;
  readonly target: TargetRequest;
  readonly members: number | undefined;
  readonly seed: number | undefined;
  readonly repeat: number;
  readonly reportsDir: string;
  readonly operator: string | undefined;
  readonly approvedPlan: string | null;
  readonly keep: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

export interface RunDone {
  readonly playbook: Playbook;
  readonly exitCode: number;
  readonly dir: string | null;
  readonly record: RunRecord | null;
  readonly seed: number;
}

/** Stops at exit code 4 (something is left broken) and at an interruption; every other outcome lets the next playbook run. */
export async function runMany(io: Io, options: RunManyOptions): Promise<readonly RunDone[]> {
  const done: RunDone[] = [];
  for (const playbook of options.playbooks) {
    const runs = await runOnTarget(io, playbook, options);
    done.push(...runs);
    if (runs.some(({ exitCode }) => exitCode === EXIT.leftBroken || exitCode === EXIT.interrupted)) break;
  }
  return done;
}

/** The target a playbook gets: its own wishes, then the command line's. */
export function specFor(playbook: Playbook, members: number | undefined): LocalTargetSpec {
  const spec = playbook.target ?? DEFAULT_LOCAL;
  return members === undefined ? spec : { ...spec, members };
}

async function runOnTarget(io: Io, playbook: Playbook, options: RunManyOptions): Promise<readonly RunDone[]> {
  const progress = await openProgress(io, options);
  const say = (text: string): void => progress.line({ kind: "detail", text });
  progress.line({ kind: "phase", text: `${playbook.title} (${playbook.file})` });
  let keep = options.keep;
  const used = await useTarget(io, options.target, specFor(playbook, options.members), say, io.interrupted).catch(
    async (error: unknown) => {
      progress.line({ kind: "bad", text: errorLine(error) });
      await progress.end();
      throw error;
    },
  );
  try {
    const runs: RunDone[] = [];
    for (let index = 1; index <= options.repeat; index++) {
      const run = await runOnce(io, playbook, used.target, options, progress, index);
      runs.push(run);
      if (run.exitCode === EXIT.leftBroken) keep = true;
      if (run.exitCode === EXIT.leftBroken || run.exitCode === EXIT.interrupted) break;
    }
    return runs;
  } finally {
    if (used.target.throwAway)
      say(keep ? `kept: firedrill status, firedrill down ${used.target.name}` : "taking the throw-away cluster down");
    await used.release(keep);
    await progress.end();
  }
}

async function runOnce(
  io: Io,
  playbook: Playbook,
  target: Awaited<ReturnType<typeof useTarget>>["target"],
  options: RunManyOptions,
  progress: Progress,
  index: number,
): Promise<RunDone> {
  const { runPlaybook } = await import("../runner/execute.ts");
  const seed = options.seed === undefined ? freshSeed() : options.seed + index - 1;
  const result = await runPlaybook(
    {
      playbook,
      registry: options.registry,
      target,
      home: io.home,
      reportsDir: options.reportsDir,
      operator: options.operator ?? io.user,
      version: version(),
      seed,
      approvedPlan: options.approvedPlan,
      repeat: options.repeat > 1 ? { index, of: options.repeat } : null,
      onEvent: progress.event,
    },
    io.interrupted,
  );
  let record: RunRecord | null = null;
  if (result.dir === null) {
    progress.line({ kind: "bad", text: result.reasons.join("; ") });
  } else {
    const { writeReports } = await import("./reports.ts");
    try {
      record = writeReports(result.dir);
    } catch (error) {
      progress.line({
        kind: "bad",
        text: `the reports could not be written: ${errorLine(error)}; the journal is whole, try later: firedrill report render ${relative(io.cwd, result.dir)}`,
      });
    }
  }
  return { playbook, exitCode: result.exitCode, dir: result.dir, record, seed };
}

/** The worst exit code: 4 beats all, then a bug, an interruption, failed, refused, inconclusive. */
export function worstExit(codes: readonly number[]): number {
  const order = [EXIT.leftBroken, EXIT.bug, EXIT.interrupted, EXIT.usage, EXIT.failed, EXIT.refused, EXIT.inconclusive, EXIT.passed];
  return order.find((code) => codes.includes(code)) ?? EXIT.passed;
}

/** Where reports go: `--reports`, else FIREDRILL_REPORTS, else ./reports. */
export function reportsDirOf(io: Io, flag: string | undefined): string {
  return resolve(io.cwd, flag ?? io.env["FIREDRILL_REPORTS"] ?? "reports");
}
