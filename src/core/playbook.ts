// A playbook after parsing: every default filled in, every duration in milliseconds, every parameter valid.
import type { Json } from "../util/json.ts";
import type { Assertion } from "./assertion.ts";
import type { Drill } from "./drill.ts";
import type { ObjectiveSpec } from "./event.ts";
import type { ProbeKind, ProbeSpec } from "./probe.ts";

/** What a playbook may name. One array each; see src/drills/index.ts, src/assertions/index.ts, src/probes/index.ts. */
export interface Registry {
  readonly drills: readonly Drill[];
  readonly assertions: readonly Assertion[];
  readonly probes: readonly ProbeKind[];
}

export interface Expectation {
  readonly assertion: string;
  /** Raw parameters, as validated; `Assertion.bind` parses them. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Polled until true or this long, ms; 0 looks once. */
  readonly withinMs: number;
}

export type MethodStep =
  | {
      readonly kind: "drill";
      readonly name: string;
      readonly drill: string;
      readonly with: Readonly<Record<string, unknown>>;
      readonly holdMs: number;
      readonly deadlineMs: number | null;
    }
  | { readonly kind: "undo"; readonly name: string; readonly of: string }
  | { readonly kind: "hold"; readonly name: string; readonly holdMs: number }
  | { readonly kind: "check"; readonly name: string; readonly expect: readonly Expectation[] };

export interface LocalTargetSpec {
  readonly type: "local";
  /** 1, 3 or 5. */
  readonly members: number;
  /** etcd's --quota-backend-bytes; null leaves etcd's default (2 GiB). */
  readonly quotaBytes: number | null;
  /** Further etcd arguments, e.g. ["--snapshot-count=1000"]. */
  readonly etcdArgs: readonly string[];
}

export interface Playbook {
  readonly file: string;
  readonly sha256: string;
  readonly name: string;
  readonly title: string;
  readonly description: string | null;
  readonly owner: string | null;
  readonly cadence: string | null;
  readonly controls: readonly string[];
  readonly parameters: Readonly<
    Record<string, { readonly type: string; readonly value: Json; readonly default: Json; readonly description: string | null }>
  >;
  readonly requires: { readonly members: { readonly op: ">=" | "="; readonly count: number } | null; readonly etcdVersion: string | null };
  readonly target: LocalTargetSpec | null;
  readonly objectives: readonly ObjectiveSpec[];
  readonly probes: readonly ProbeSpec[];
  /** Sentinel writer; null turned off. */
  readonly sentinel: { readonly everyMs: number; readonly deadlineMs: number } | null;
  readonly steadyState: readonly Expectation[];
  readonly guards: {
    /** null: the largest number that keeps quorum. */
    readonly maxUnavailableMembers: number | null;
    readonly allowQuorumLoss: boolean;
    readonly allowDataLoss: boolean;
    readonly maxDurationMs: number;
    readonly stopWhen: readonly { readonly probe: string; readonly downForMs: number }[];
  };
  /** How long probes run before the first step, ms. */
  readonly baselineMs: number;
  readonly method: readonly MethodStep[];
  readonly after: {
    /** Hold window: recovered means good for this long. */
    readonly recoveredForMs: number;
    /** Longest wait for recovery. */
    readonly recoverWithinMs: number;
    readonly soakMs: number;
    readonly expect: readonly Expectation[];
  };
}

/** One thing wrong with a playbook, with its place. Lines and columns from 1; end is exclusive. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  /** Stable, e.g. "unknown-key"; listed in docs/errors.md. */
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}
