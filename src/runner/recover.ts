// Putting right what a dead runner left: from its journal when there is one, by looking at the target when there is not.
import { existsSync } from "node:fs";
import { errorLine, FiredrillError } from "../core/errors.ts";
import type { RunEvent, RunStarted } from "../core/event.ts";
import { exitCode } from "../core/outcome.ts";
import type { Residue, Target } from "../core/target.ts";
import { judge } from "../measure/fold.ts";
import { deadline, monoMs } from "../util/clock.ts";
import { bootId, processStartTime } from "../util/process-identity.ts";
import { appendIfPossible, performOpsStubbornly } from "./acts.ts";
import { continueJournal, readJournal } from "./journal.ts";
import { appendLedger } from "./ledger.ts";
import { type ActiveRun, closeActive, lockCluster } from "./state.ts";
import { openIntents, uncleanedIntents, undoStep } from "./undo.ts";

const LOOK_BUDGET_MS = 60_000;
const CLEANUP_BUDGET_MS = 120_000;

export interface RecoverOptions {
  readonly home: string;
  readonly operator: string;
  readonly onEvent: (event: RunEvent) => void;
  readonly onProgress: (line: string) => void;
}

export interface Recovered {
  readonly run: string | null;
  readonly target: string;
  /** What was put back, one line each; empty when there was nothing to do. */
  readonly restored: readonly string[];
  /** What could not be put back. */
  readonly left: readonly string[];
  /** The run's folder, when its report should be written anew. */
  readonly dir: string | null;
}

/** What recovering a run would do, without doing it: the names of steps that are still in, or whose leftovers remain. */
export function pendingOf(run: ActiveRun): readonly string[] {
  if (!existsSync(run.journal)) return ["the journal is missing: the target would be swept"];
  const { events } = readJournal(run.journal);
  return [
    ...openIntents(events).map((intent) => `undo "${intent.name}" (${intent.drill} on ${intent.victims.join(", ") || "nobody"})`),
    ...uncleanedIntents(events).map((intent) => `clean up after "${intent.name}"`),
  ];
}

/** Restores what a run's journal says is still broken, last first, and seals the journal. Idempotent: a second call finds nothing. */
export async function recoverRun(run: ActiveRun, target: Target, options: RecoverOptions): Promise<Recovered> {
  if (!existsSync(run.journal)) {
    options.onProgress(`the journal of ${run.run} is missing; sweeping the target instead`);
    const swept = await sweepTarget(target, run.run, options);
    if (swept.left.length === 0) closeActive(options.home, run.run);
    return { ...swept, run: run.run };
  }
  const holder = { run: run.run, pid: process.pid, startTime: processStartTime(process.pid) ?? "", bootId: bootId() };
  using _lock = lockCluster(options.home, target.fingerprint, holder);
  const read = readJournal(run.journal);
  const journal = continueJournal(run.journal, anchorOf(read.events), options.onEvent);
  const context = { journal, target };
  journal.append({
    type: "recover.started",
    data: { by: options.operator, reason: read.problem ?? "the runner ended before its run did" },
  });
  const restored: string[] = [];
  const left: string[] = [];
  for (const intent of openIntents(read.events)) {
    options.onProgress(`undoing "${intent.name}" (${intent.drill} on ${intent.victims.join(", ") || "nobody"})`);
    const undone = await undoStep(context, run.run, intent);
    (undone.verified ? restored : left).push(undone.verified ? `"${intent.name}" undone` : `"${intent.name}": ${undone.because}`);
  }
  using budget = deadline("cleaning up", CLEANUP_BUDGET_MS);
  for (const intent of uncleanedIntents(read.events)) {
    options.onProgress(`cleaning up after "${intent.name}"`);
    const failures = await performOpsStubbornly(context, intent.step, "cleanup", intent.cleanup, budget.signal);
    if (failures.length === 0) appendIfPossible(journal, { type: "step.cleaned", data: { step: intent.step } });
    (failures.length === 0 ? restored : left).push(failures.length === 0 ? `leftovers of "${intent.name}" removed` : failures.join("; "));
  }
  await performOpsStubbornly(context, "-", "cleanup", [{ op: "etcd.deletePrefix", prefix: `/firedrill/${run.run}/` }], budget.signal);
  const residue = await look(target);
  appendIfPossible(journal, { type: "residue.scanned", data: { found: residue } });
  left.push(...residue.map(({ what }) => what));
  close(run, journal.file, context.journal, read.events, options);
  if (left.length === 0) closeActive(options.home, run.run);
  return { run: run.run, target: `${target.type}:${target.name}`, restored, left, dir: journal.file };
}

function close(
  run: ActiveRun,
  file: string,
  journal: ReturnType<typeof continueJournal>,
  before: readonly RunEvent[],
  options: RecoverOptions,
): void {
  const verdict = judge(readJournal(file).events);
  appendIfPossible(journal, {
    type: "run.finished",
    data: { outcome: verdict.outcome, leftBroken: verdict.leftBroken, reasons: verdict.reasons, verdicts: verdict.verdicts },
  });
  appendIfPossible(journal, { type: "run.sealed", data: { events: journal.count() } });
  journal.close();
  const started = startedOf(before);
  appendLedger(reportsDirOf(run), {
    event: "closed",
    run: run.run,
    playbook: run.playbook,
    target: `${run.target.type}:${run.target.name}`,
    operator: started?.operator ?? options.operator,
    outcome: verdict.outcome,
    exitCode: exitCode(verdict),
    detail: `recovered by a later process: ${verdict.reasons[0] ?? "the runner had died"}`,
    journalHead: journal.head(),
  });
}

/** `<reports>` of a journal at `<reports>/<run>/events.jsonl`. */
function reportsDirOf(run: ActiveRun): string {
  return run.journal.split("/").slice(0, -2).join("/") || ".";
}

function startedOf(events: readonly RunEvent[]): RunStarted | null {
  const first = events[0];
  return first?.type === "run.started" ? first.data : null;
}

/** The clock goes on where the run's stood; after a restart of the machine it goes on from the last line. */
function anchorOf(events: readonly RunEvent[]): number {
  const started = startedOf(events);
  if (started !== null && started.host.bootId === bootId()) return started.monoAnchorMs;
  return monoMs() - (events.at(-1)?.atMs ?? 0);
}

/** Finds everything of ours on a target by looking, and removes it: first what armed dead-man timers hold, then what the look shows. */
export async function sweepTarget(target: Target, run: string | null, options: RecoverOptions): Promise<Recovered> {
  const holder = { run: run ?? "sweep", pid: process.pid, startTime: processStartTime(process.pid) ?? "", bootId: bootId() };
  using _lock = lockCluster(options.home, target.fingerprint, holder);
  using budget = deadline("sweeping", CLEANUP_BUDGET_MS);
  const restored: string[] = [];
  const problems: string[] = [];
  const performAll = async (what: string, ops: Residue["fix"]): Promise<void> => {
    options.onProgress(`${what}: ${ops.map(target.describe).join("; ")}`);
    let ok = true;
    for (const op of ops) {
      try {
        await target.perform(op, budget.signal);
      } catch (error) {
        ok = false;
        problems.push(`${target.describe(op)}: ${errorLine(error)}`);
      }
    }
    if (ok) restored.push(what);
  };
  for (const deadMan of (await target.deadMen(budget.signal)).toReversed()) {
    if (deadMan.state !== "fired") await performAll(`recorded undo of ${deadMan.id}`, deadMan.ops);
    await target.disarmDeadMan(deadMan.id, budget.signal);
  }
  // What one fix leaves another may need: a second look finds what the first could not see (alarms of a member that was down).
  for (let round = 0; round < 3; round++) {
    const found = await target.residue([], budget.signal);
    if (found.length === 0) break;
    for (const residue of found) if (residue.fix.length > 0) await performAll(residue.what, residue.fix);
  }
  const left = (await look(target)).map(({ what }) => what);
  return { run, target: `${target.type}:${target.name}`, restored, left: left.length === 0 ? [] : [...left, ...problems], dir: null };
}

async function look(target: Target): Promise<readonly Residue[]> {
  using budget = deadline("looking for leftovers", LOOK_BUDGET_MS);
  try {
    return await target.residue([], budget.signal);
  } catch (error) {
    throw new FiredrillError("TARGET_UNREACHABLE", `could not look at ${target.type}:${target.name}: ${errorLine(error)}`, {
      hint: "see: firedrill status",
      cause: error,
    });
  }
}
