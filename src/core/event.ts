// One journal line is one event. The journal is the truth: a fact that is not an event did not happen.
import type { Json } from "../util/json.ts";
import type { RecoveryKind } from "./fields.ts";
import type { Op } from "./op.ts";
import type { Outcome, Verdict } from "./outcome.ts";
import type { Residue, TargetFacts } from "./target.ts";

export interface ObjectiveSpec {
  readonly id: string;
  /** What is promised. Milliseconds; writes; a share between 0 and 1. */
  readonly promise:
    | { readonly kind: "rto"; readonly limitMs: number; readonly of: RecoveryKind }
    | { readonly kind: "rpo-writes"; readonly limit: number }
    | { readonly kind: "rpo-time"; readonly limitMs: number }
    | { readonly kind: "availability"; readonly atLeast: number };
  /** Probe ids it looks at; empty: every probe that stands for clients (etcd-write first). */
  readonly probes: readonly string[];
  /** Name of the step it binds to; null: the first fault of the run. */
  readonly step: string | null;
  readonly source: string | null;
}

export interface PlannedStep {
  readonly id: string;
  readonly name: string;
  readonly kind: "drill" | "undo" | "hold" | "check";
  readonly drill: string | null;
  /** The playbook's own `with`, after expressions. */
  readonly with: Json;
  /** Members picked when the plan was made. */
  readonly victims: readonly string[];
  readonly holdMs: number;
  /** Dead-man deadline, from the start of the step. */
  readonly deadlineMs: number;
  readonly breaks: readonly string[];
  readonly recovers: readonly string[];
  readonly undo: readonly string[];
  /** Of an undo step: the step it undoes. */
  readonly undoes: string | null;
  /** e.g. "1 of 3 members down, quorum (2) kept". */
  readonly blastRadius: string;
}

export interface Plan {
  readonly playbook: { readonly name: string; readonly sha256: string };
  readonly parameters: Readonly<Record<string, Json>>;
  readonly target: {
    readonly type: string;
    readonly fingerprint: string;
    readonly throwAway: boolean;
    readonly members: readonly { readonly name: string; readonly id: string | null }[];
  };
  readonly seed: number;
  readonly steps: readonly PlannedStep[];
}

export interface ProbeRow {
  /** Index in samples; dense from 0. */
  readonly row: number;
  readonly probe: string;
  readonly type: string;
  /** Member name, or "-" for a probe without endpoints. */
  readonly endpoint: string;
  readonly everyMs: number;
  readonly deadlineMs: number;
  /** Intended start of shot 0, ms since the run's start. Shot n was due at t0Ms + n × everyMs. */
  readonly t0Ms: number;
}

/** [shot number, ShotCode, latency from intended start in ms with 1 decimal]; for a failure: until it was known. */
export type Shot = readonly [n: number, code: number, latencyMs: number];
/** [sequence number, WriteCode, revision or 0, ms since run start sent, ms since run start answered]. */
export type SentinelWrite = readonly [seq: number, code: number, revision: number, sentMs: number, doneMs: number];

export type ActPhase = "break" | "recover" | "undo" | "cleanup" | "dead-man";

export interface SentinelCheck {
  /** Ran to the end; false: why is in `problem`. */
  readonly complete: boolean;
  readonly problem: string | null;
  readonly acked: number;
  readonly failed: number;
  readonly indeterminate: number;
  readonly present: number;
  /** Acknowledged and absent. */
  readonly lost: number;
  /** Up to 20 sequence numbers of lost writes. */
  readonly lostExamples: readonly number[];
  /** From the oldest lost acknowledgement to the newest, plus one interval; 0 when nothing was lost. ms. */
  readonly lostMs: number;
  /** Present with another value or a revision lower than acknowledged. */
  readonly mismatched: number;
  /** Not acknowledged but present; information, no fault. */
  readonly landed: number;
  /** Highest revision acknowledged to the writer, and the cluster's revision at the check. */
  readonly highestAckedRevision: number;
  readonly revisionNow: number;
  /** The cluster's revision went below one it had acknowledged: watch caches cannot notice the change. */
  readonly wentBackwards: boolean;
  /** HashKV of each member at one revision; equal or not. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly hashesAgree: boolean;
}

export type EventBody =
  | { readonly type: "run.started"; readonly data: RunStarted }
  | { readonly type: "plan.resolved"; readonly data: { readonly plan: Plan; readonly digest: string } }
  | { readonly type: "target.facts"; readonly data: TargetFacts }
  | { readonly type: "guard.checked"; readonly data: { readonly guard: string; readonly ok: boolean; readonly detail: string } }
  | { readonly type: "assertion.checked"; readonly data: AssertionChecked }
  | {
      readonly type: "probes.started";
      readonly data: {
        readonly rows: readonly ProbeRow[];
        readonly sentinel: { readonly prefix: string; readonly everyMs: number; readonly deadlineMs: number } | null;
      };
    }
  | { readonly type: "samples"; readonly data: { readonly row: number; readonly shots: readonly Shot[] } }
  | { readonly type: "sentinel"; readonly data: { readonly writes: readonly SentinelWrite[] } }
  /** Our own process stood still: nothing was sampled between these. ms since run start. */
  | { readonly type: "stalled"; readonly data: { readonly fromMs: number; readonly toMs: number } }
  | { readonly type: "probes.stopped"; readonly data: { readonly atMs: number } }
  | {
      readonly type: "step.started";
      readonly data: { readonly step: string; readonly name: string; readonly kind: PlannedStep["kind"]; readonly drill: string | null };
    }
  | { readonly type: "step.intent"; readonly data: StepIntent }
  | { readonly type: "deadman.armed"; readonly data: { readonly step: string; readonly id: string; readonly afterMs: number } }
  | { readonly type: "deadman.disarmed"; readonly data: { readonly step: string; readonly id: string; readonly hadFired: boolean } }
  | { readonly type: "act"; readonly data: Act }
  | { readonly type: "step.injected"; readonly data: { readonly step: string; readonly faultAtMs: number } }
  | {
      readonly type: "effect.checked";
      readonly data: {
        readonly step: string;
        readonly proved: boolean;
        readonly because: string;
        readonly before: Json;
        readonly after: Json;
      };
    }
  | { readonly type: "hold"; readonly data: { readonly step: string; readonly plannedMs: number } }
  | { readonly type: "step.recovered"; readonly data: { readonly step: string; readonly startedAtMs: number } }
  | {
      readonly type: "step.undone";
      readonly data: { readonly step: string; readonly verified: boolean; readonly because: string; readonly startedAtMs: number };
    }
  /** The procedure completed: its undo is no longer wanted, only its cleanup. */
  | { readonly type: "step.settled"; readonly data: { readonly step: string } }
  | { readonly type: "step.cleaned"; readonly data: { readonly step: string } }
  | { readonly type: "step.finished"; readonly data: { readonly step: string; readonly ok: boolean; readonly problem: string | null } }
  /** Something a recovery depends on was seen to be so, for the first time since the fault. */
  | {
      readonly type: "observed";
      readonly data: {
        readonly what: "dataVerified" | "redundancyRestored" | "normalRestored" | "redundancyLost";
        readonly ok: boolean;
        readonly detail: string;
        readonly resolutionMs: number;
        readonly atMs: number;
      };
    }
  | { readonly type: "data.checked"; readonly data: SentinelCheck }
  | { readonly type: "residue.scanned"; readonly data: { readonly found: readonly Residue[] } }
  | { readonly type: "aborted"; readonly data: { readonly by: "signal" | "stop" | "guard" | "error"; readonly reason: string } }
  | { readonly type: "note"; readonly data: { readonly kind: "deviation" | "warning" | "evidence"; readonly text: string } }
  | { readonly type: "recover.started"; readonly data: { readonly by: string; readonly reason: string } }
  | {
      readonly type: "run.finished";
      readonly data: {
        readonly outcome: Outcome;
        readonly leftBroken: boolean;
        readonly reasons: readonly string[];
        readonly verdicts: Readonly<Record<string, Verdict>>;
      };
    }
  /** Last line of a complete journal. `events` counts the lines before this one. */
  | { readonly type: "run.sealed"; readonly data: { readonly events: number } };

export interface RunStarted {
  readonly run: string;
  readonly tool: { readonly name: "firedrill"; readonly version: string; readonly node: string };
  readonly playbook: {
    readonly name: string;
    readonly title: string;
    readonly description: string | null;
    readonly owner: string | null;
    readonly cadence: string | null;
    readonly controls: readonly string[];
    readonly file: string;
    readonly sha256: string;
  };
  readonly parameters: Readonly<Record<string, Json>>;
  readonly objectives: readonly ObjectiveSpec[];
  readonly target: {
    readonly type: string;
    readonly name: string;
    readonly fingerprint: string;
    readonly disposable: boolean;
    readonly throwAway: boolean;
  };
  /** `pid` and `startTime` tell whether the runner still lives; `bootId` whether the machine was restarted since. */
  readonly host: {
    readonly name: string;
    readonly os: string;
    readonly cpus: number;
    readonly pid: number;
    readonly startTime: string;
    readonly bootId: string;
  };
  readonly operator: string;
  readonly seed: number;
  readonly repeat: { readonly index: number; readonly of: number } | null;
  /** Where the monotonic clock stood at `atMs` 0, so that another process of this boot can compare. */
  readonly monoAnchorMs: number;
  readonly ledgerHead: string;
  /** How recovery is judged. */
  readonly rules: { readonly recoveredForMs: number; readonly recoverWithinMs: number; readonly soakMs: number };
}

export interface AssertionChecked {
  readonly phase: "before" | "during" | "after";
  readonly step: string | null;
  readonly assertion: string;
  readonly title: string;
  readonly params: Json;
  readonly ok: boolean;
  readonly observed: string;
  /** How long it took to become true, ms; null when it never did. */
  readonly tookMs: number | null;
  readonly withinMs: number;
}

export interface StepIntent {
  readonly step: string;
  readonly name: string;
  readonly drill: string;
  readonly tag: string;
  readonly victims: readonly string[];
  readonly state: Json;
  readonly breaks: readonly Op[];
  readonly recovers: readonly Op[];
  readonly undo: readonly Op[];
  readonly cleanup: readonly Op[];
  readonly deadlineMs: number;
}

export interface Act {
  readonly step: string;
  readonly phase: ActPhase;
  readonly index: number;
  readonly op: Op;
  /** The exact command or API call. */
  readonly exact: string;
  readonly startedAtMs: number;
  readonly tookMs: number;
  readonly ok: boolean;
  /** What was observed; for a failure the error's line. */
  readonly evidence: Json;
}

/** One journal line. `prev` is the SHA-256 of the previous line's bytes without its newline; 64 zeros in the first. */
export type RunEvent = { readonly seq: number; readonly ts: string; readonly atMs: number; readonly prev: string } & EventBody;
