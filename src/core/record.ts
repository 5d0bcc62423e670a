// run.json: what a journal folds to. Every report is derived from this and holds no fact of its own.
import type { Json } from "../util/json.ts";
import type { Act, AssertionChecked, ObjectiveSpec, Plan, RunStarted, SentinelCheck } from "./event.ts";
import type { RecoveryKind } from "./fields.ts";
import type { Outcome, Verdict } from "./outcome.ts";
import type { Residue, TargetFacts } from "./target.ts";

/** A measured duration. Objectives are judged on `highMs`. */
export interface Measured {
  readonly valueMs: number;
  readonly lowMs: number;
  readonly highMs: number;
  /** Half-width to print after ±. */
  readonly resolutionMs: number;
}

export interface Recovery {
  readonly kind: RecoveryKind;
  /** From the fault. null: never seen within the time allowed, or not measured; `why` says which. */
  readonly measured: Measured | null;
  /** true: the thing was never lost, the value is an upper bound of what could have been missed. */
  readonly neverLost: boolean;
  readonly why: string;
  /** The same moment counted from the start of undo or of the recovery procedure; null when it came before that. */
  readonly sinceRepairMs: number | null;
}

export interface Gap {
  /** ms since run start of the last success before and the first after; null: open end. */
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly durationMs: number;
  /** ms within it that we did not sample. */
  readonly notSampledMs: number;
  readonly failedShots: number;
}

export type StripState = "ok" | "failed" | "notSampled";
/** Run-length coded availability; ms since run start. */
export interface StripSegment {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: StripState;
}

export interface ProbeSummary {
  readonly probe: string;
  readonly type: string;
  /** Member name, "-" without endpoints, "any" for the row that is up when any endpoint is. */
  readonly endpoint: string;
  readonly everyMs: number;
  readonly deadlineMs: number;
  readonly shots: number;
  readonly ok: number;
  readonly failed: number;
  readonly notSampled: number;
  readonly failuresBy: Readonly<Record<string, number>>;
  readonly firstFailureMs: number | null;
  readonly lastFailureMs: number | null;
  readonly firstSuccessAfterMs: number | null;
  /** Longest time without a success: the primary number. null without two successes. */
  readonly longestGap: (Measured & { readonly fromMs: number; readonly toMs: number | null; readonly notSampledMs: number }) | null;
  /** Gaps with at least one failed shot, at most 100, longest first. */
  readonly gaps: readonly Gap[];
  /** Sum over gaps with failures. */
  readonly failedMs: number;
  /** ok / (ok + failed); null without either. */
  readonly availability: number | null;
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  /** At most 2000 segments; neighbours are merged beyond that, failures never dropped. */
  readonly strip: readonly StripSegment[];
}

export interface StepResult {
  readonly id: string;
  readonly name: string;
  readonly kind: "drill" | "undo" | "hold" | "check";
  readonly drill: string | null;
  readonly victims: readonly string[];
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** When the breaking started. */
  readonly faultAtMs: number | null;
  readonly repairStartedAtMs: number | null;
  /** When it was undone or settled. */
  readonly repairedAtMs: number | null;
  /** `atMs`: when it was checked, ms since run start. */
  readonly effect: {
    readonly proved: boolean;
    readonly because: string;
    readonly before: Json;
    readonly after: Json;
    readonly atMs?: number;
  } | null;
  readonly undo: { readonly verified: boolean; readonly because: string } | null;
  readonly acts: readonly Act[];
  readonly recoveries: readonly Recovery[];
  readonly problem: string | null;
}

export interface ObjectiveResult {
  readonly spec: ObjectiveSpec;
  readonly verdict: Verdict;
  /** e.g. "RTO ≤ 5 s". */
  readonly promise: string;
  /** e.g. "1.24 s ± 20 ms"; "14 writes". */
  readonly measured: string;
  readonly measuredValue: number | null;
  /** Why this verdict, in one sentence. */
  readonly because: string;
}

export interface RunRecord {
  readonly schema: "firedrill.dev/run/v1";
  readonly run: RunStarted;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly durationMs: number;
  /** The journal is sealed and its chain holds. */
  readonly complete: boolean;
  readonly journal: { readonly events: number; readonly head: string; readonly problem: string | null };
  readonly plan: Plan | null;
  readonly planDigest: string | null;
  readonly facts: TargetFacts | null;
  readonly outcome: Outcome;
  readonly leftBroken: boolean;
  readonly exitCode: number;
  /** Why this outcome: most important first. */
  readonly reasons: readonly string[];
  /** The verdict in one sentence with the worst number. */
  readonly verdict: string;
  readonly guards: readonly { readonly guard: string; readonly ok: boolean; readonly detail: string }[];
  readonly assertions: readonly AssertionChecked[];
  readonly objectives: readonly ObjectiveResult[];
  readonly steps: readonly StepResult[];
  readonly probes: readonly ProbeSummary[];
  readonly data: SentinelCheck | null;
  readonly stalls: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly residue: readonly Residue[] | null;
  readonly aborted: { readonly by: string; readonly reason: string } | null;
  /** Recovery by another process after the runner died. */
  readonly recoveredLater: boolean;
  readonly notes: readonly { readonly kind: string; readonly text: string }[];
  /** What this run does not show. */
  readonly notShown: readonly string[];
}
