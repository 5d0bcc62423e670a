import { errorLine } from "../core/errors.ts";
import type { ActPhase, EventBody } from "../core/event.ts";
import type { Op } from "../core/op.ts";
import type { Target } from "../core/target.ts";
import { sleep } from "../util/clock.ts";
import type { Json } from "../util/json.ts";
import type { Journal } from "./journal.ts";

/** Pause between two tries of an undo operation, ms. */
const RETRY_AFTER_MS = 500;
const UNDO_TRIES = 4;

export interface ActContext {
  readonly journal: Journal;
  readonly target: Target;
}

/** Writes an event when it can be written. For undo, which a full disk must not stop. */
export function appendIfPossible(journal: Journal, body: EventBody): void {
  try {
    journal.append(body);
  } catch {
    // Said once already, when the journal first failed; what matters now is the cluster.
  }
}

/** Carries out operations in order and journals each with its exact command and result. Stops at the first that fails. */
export async function performOps(
  context: ActContext,
  step: string,
  phase: ActPhase,
  ops: readonly Op[],
  signal: AbortSignal,
): Promise<readonly Json[]> {
  const evidence: Json[] = [];
  for (const [index, op] of ops.entries()) {
    signal.throwIfAborted();
    const startedAtMs = context.journal.nowMs();
    const note = (ok: boolean, seen: Json): EventBody => ({
      type: "act",
      data: {
        step,
        phase,
        index,
        op,
        exact: context.target.describe(op),
        startedAtMs,
        tookMs: context.journal.nowMs() - startedAtMs,
        ok,
        evidence: seen,
      },
    });
    let seen: Json;
    try {
      seen = await context.target.perform(op, signal);
    } catch (error) {
      appendIfPossible(context.journal, note(false, errorLine(error)));
      throw error;
    }
    context.journal.append(note(true, seen));
    evidence.push(seen);
  }
  return evidence;
}

/** Carries out undo or cleanup operations: each is tried several times, and a failing one does not keep the others from being done. */
export async function performOpsStubbornly(
  context: ActContext,
  step: string,
  phase: "undo" | "cleanup",
  ops: readonly Op[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const [index, op] of ops.entries()) {
    // Waiting for what could not be started takes two minutes to say what is known already.
    if (op.op === "wait.answers" && failures.length > 0) continue;
    for (let attempt = 1; ; attempt++) {
      const startedAtMs = context.journal.nowMs();
      let ok = true;
      let seen: Json;
      try {
        seen = await context.target.perform(op, signal);
      } catch (error) {
        ok = false;
        seen = errorLine(error);
      }
      const tookMs = context.journal.nowMs() - startedAtMs;
      appendIfPossible(context.journal, {
        type: "act",
        data: { step, phase, index, op, exact: context.target.describe(op), startedAtMs, tookMs, ok, evidence: seen },
      });
      if (ok) break;
      if (attempt === UNDO_TRIES || signal.aborted) {
        failures.push(`${context.target.describe(op)}: ${typeof seen === "string" ? seen : JSON.stringify(seen)}`);
        break;
      }
      await sleep(RETRY_AFTER_MS * attempt, signal).catch(() => undefined);
    }
  }
  return failures;
}
