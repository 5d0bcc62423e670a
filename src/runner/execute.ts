// One run of one playbook on one target, from the ledger line that opens it to the one that closes it.
import { mkdirSync } from "node:fs";
import { cpus, hostname, platform, release } from "node:os";
import { join } from "node:path";
import { errorLine, FiredrillError } from "../core/errors.ts";
import type { RunEvent, RunStarted, StepIntent } from "../core/event.ts";
import { exitCode, type Outcome } from "../core/outcome.ts";
import type { Playbook, Registry } from "../core/playbook.ts";
import type { Target } from "../core/target.ts";
import { judge } from "../measure/fold.ts";
import { monoMs, wallNow } from "../util/clock.ts";
import { bootId, processStartTime } from "../util/process-identity.ts";
import { randomHex } from "../util/random.ts";
import { RunAborted } from "./abort.ts";
import { appendIfPossible } from "./acts.ts";
import { checkAfter, cleanUp, lastDataCheck } from "./finish.ts";
import { createJournal, type Journal, readJournal } from "./journal.ts";
import { appendLedger } from "./ledger.ts";
import { type Measuring, startMeasuring } from "./measuring.ts";
import { runMethod } from "./method.ts";
import { prepareRun } from "./prepare.ts";
import { settleDown } from "./settle.ts";
import { closeActive, lockCluster, openActive } from "./state.ts";
import type { StepContext } from "./step.ts";
import { stopConditions } from "./stop-conditions.ts";
import { undoStep } from "./undo.ts";
import { watchCluster } from "./watch.ts";

export interface RunOptions {
  readonly playbook: Playbook;
  readonly registry: Registry;
  readonly target: Target;
  readonly home: string;
  readonly reportsDir: string;
  readonly operator: string;
  readonly version: string;
  readonly seed: number;
  /** Digest of a plan someone approved; the run is refused when its own differs. */
  readonly approvedPlan: string | null;
  readonly repeat: { readonly index: number; readonly of: number } | null;
  readonly onEvent: (event: RunEvent) => void;
}

export interface RunResult {
  readonly runId: string;
  /** The run's folder; null when it was refused before it had one. */
  readonly dir: string | null;
  readonly outcome: Outcome;
  readonly exitCode: number;
  readonly leftBroken: boolean;
  readonly reasons: readonly string[];
}

/** `20261121T090000Z-etcd-leader-crash-7f3a9c`: sorts by time, names the playbook, unique by 24 random bits. */
export function newRunId(playbook: string): string {
  const stamp = wallNow().toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "");
  return `${stamp}-${playbook
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .slice(0, 60)}-${randomHex(3)}`;
}

/**
 * Runs a playbook. Never leaves a fault in without saying so: whatever happens after the first intent, every open step is undone under
 * its own deadline before this returns. Throws only for bugs; everything expected is an outcome.
 */
export async function runPlaybook(options: RunOptions, userSignal: AbortSignal): Promise<RunResult> {
  const runId = newRunId(options.playbook.name);
  const ledger = {
    run: runId,
    playbook: options.playbook.name,
    target: `${options.target.type}:${options.target.name}`,
    operator: options.operator,
  };
  const ledgerHead = appendLedger(options.reportsDir, {
    ...ledger,
    event: "opened",
    outcome: null,
    exitCode: null,
    detail: null,
    journalHead: null,
  });
  const close = (result: RunResult, journalHead: string | null): RunResult => {
    appendLedger(options.reportsDir, {
      ...ledger,
      event: "closed",
      outcome: result.outcome,
      exitCode: result.exitCode,
      detail: result.reasons[0] ?? null,
      journalHead,
    });
    return result;
  };
  const holder = { run: runId, pid: process.pid, startTime: processStartTime(process.pid) ?? "", bootId: bootId() };
  const dir = join(options.reportsDir, runId);
  let journal: Journal | null = null;
  try {
    using _lock = lockCluster(options.home, options.target.fingerprint, holder);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const anchorMs = monoMs();
    journal = createJournal(join(dir, "events.jsonl"), anchorMs, options.onEvent);
    openActive(options.home, {
      ...holder,
      journal: journal.file,
      playbook: options.playbook.name,
      target: {
        type: options.target.type,
        name: options.target.name,
        fingerprint: options.target.fingerprint,
        throwAway: options.target.throwAway,
      },
    });
    const ended = await runJournaled(options, runId, journal, ledgerHead, holder.startTime, userSignal);
    journal.close();
    if (!ended.leftBroken) closeActive(options.home, runId);
    return close({ runId, dir, ...ended }, journal.head());
  } catch (error) {
    const expected = error instanceof FiredrillError;
    if (journal === null) closeActive(options.home, runId);
    const outcome: Outcome = expected && (error.code === "LOCKED" || error.code === "GUARD_REFUSED") ? "refused" : "error";
    const hint = expected && error.hint !== undefined ? ` (${error.hint})` : "";
    const result: RunResult = {
      runId,
      dir: journal === null ? null : dir,
      outcome,
      exitCode: exitCode({ outcome, leftBroken: false, byGuard: false }),
      leftBroken: false,
      reasons: [`${errorLine(error)}${hint}`],
    };
    try {
      close(result, journal?.head() ?? null);
    } catch {
      // The ledger's disk is full as well; the sentence that says so is already in `reasons`.
    }
    if (!expected) throw error;
    return result;
  }
}

type Ended = Pick<RunResult, "outcome" | "exitCode" | "leftBroken" | "reasons">;

async function runJournaled(
  options: RunOptions,
  runId: string,
  journal: Journal,
  ledgerHead: string,
  startTime: string,
  userSignal: AbortSignal,
): Promise<Ended> {
  const { playbook, registry, target } = options;
  journal.append({ type: "run.started", data: runStarted(options, runId, journal, ledgerHead, startTime) });
  using stop = stopConditions(
    { home: options.home, runId, maxDurationMs: playbook.guards.maxDurationMs, stopWhen: playbook.guards.stopWhen, journal },
    userSignal,
  );
  const { signal } = stop;

  let context: StepContext | null = null;
  let measuring: Measuring | null = null;
  try {
    const plan = await prepareRun(options, runId, journal, signal);
    await using measure = await startMeasuring({ playbook, registry, target, journal, runId, onLive: stop.live }, signal);
    measuring = measure;
    await using watch = watchCluster({
      target,
      journal,
      expectedVoters: measure.expectedVoters,
      sentinel: measure.sentinel,
      writes: measure.writes,
    });
    context = {
      journal,
      target,
      runId,
      playbook,
      registry,
      plan,
      seed: plan.seed,
      outputs: new Map(),
      watch,
      open: [],
      settled: [],
      seenAtStart: measure.seenAtStart,
    };
    let endedEarly = false;
    try {
      await measure.baseline(signal);
      await runMethod(context, signal);
      signal.throwIfAborted();
    } catch (error) {
      endedEarly = true;
      noteFailure(journal, error);
    }
    // From here on nothing listens to `signal` for undo: it may be the reason we are here.
    const broken = await undoAll(context);
    await settleDown({ playbook, watch, live: measure.live, journal, aborted: endedEarly || broken });
    await checkAfter(options, context, journal);
    await measure.stop();
    await lastDataCheck(context, measure);
  } catch (error) {
    noteFailure(journal, error);
    if (context !== null) await undoAll(context);
  }
  await cleanUp(options, context, measuring, journal);
  return seal(journal);
}

/** Judges the run from its journal as it stands on the disk, and seals it. */
function seal(journal: Journal): Ended {
  const verdict = judge(readJournal(journal.file).events);
  appendIfPossible(journal, {
    type: "run.finished",
    data: { outcome: verdict.outcome, leftBroken: verdict.leftBroken, reasons: verdict.reasons, verdicts: verdict.verdicts },
  });
  appendIfPossible(journal, { type: "run.sealed", data: { events: journal.count() } });
  return { outcome: verdict.outcome, leftBroken: verdict.leftBroken, reasons: verdict.reasons, exitCode: exitCode(verdict) };
}

function runStarted(options: RunOptions, runId: string, journal: Journal, ledgerHead: string, startTime: string): RunStarted {
  const { playbook, target } = options;
  return {
    run: runId,
    tool: { name: "firedrill", version: options.version, node: process.version },
    playbook: {
      name: playbook.name,
      title: playbook.title,
      description: playbook.description,
      owner: playbook.owner,
      cadence: playbook.cadence,
      controls: playbook.controls,
      file: playbook.file,
      sha256: playbook.sha256,
    },
    parameters: Object.fromEntries(Object.entries(playbook.parameters).map(([name, { value }]) => [name, value])),
    objectives: playbook.objectives,
    target: {
      type: target.type,
      name: target.name,
      fingerprint: target.fingerprint,
      disposable: target.disposable,
      throwAway: target.throwAway,
    },
    host: { name: hostname(), os: `${platform()} ${release()}`, cpus: cpus().length, pid: process.pid, startTime, bootId: bootId() },
    operator: options.operator,
    seed: options.seed,
    repeat: options.repeat,
    monoAnchorMs: monoMs() - journal.nowMs(),
    ledgerHead,
    rules: {
      recoveredForMs: playbook.after.recoveredForMs,
      recoverWithinMs: playbook.after.recoverWithinMs,
      soakMs: playbook.after.soakMs,
    },
  };
}

/** Journals why a run ended early. Interruptions and refusals are outcomes; the rest is an error of the surroundings. */
function noteFailure(journal: Journal, error: unknown): void {
  if (error instanceof RunAborted) return appendIfPossible(journal, { type: "aborted", data: { by: error.by, reason: error.message } });
  const refused =
    error instanceof FiredrillError && ["GUARD_REFUSED", "NOT_STEADY", "TARGET_LACKS_CAPABILITY", "NOTHING_PICKED"].includes(error.code);
  appendIfPossible(journal, { type: "aborted", data: { by: refused ? "guard" : "error", reason: errorLine(error) } });
}

/** Undoes everything that is still in, last first. True when something could not be put back. */
async function undoAll(context: StepContext): Promise<boolean> {
  let broken = false;
  for (let intent: StepIntent | undefined = context.open.at(-1); intent !== undefined; intent = context.open.at(-1)) {
    const undone = await undoStep(context, context.runId, intent);
    broken ||= !undone.verified;
    context.open.pop();
  }
  return broken;
}
