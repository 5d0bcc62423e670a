import type { Json } from "../util/json.ts";
import type { Op } from "./op.ts";
import type { ClusterView } from "./view.ts";

/** What a target can do, by name. Decided before anything is touched. */
export const CAPABILITIES = {
  etcd: "talk to etcd members as a client",
  etcdProcess: "stop, kill, pause and start an etcd member's process",
  etcdData: "move, copy and restore an etcd member's data folder",
  peerNetwork: "cut and slow the network between etcd members",
  command: "run a command on the runner's machine",
  operator: "ask a person",
} as const;
export type Capability = keyof typeof CAPABILITIES;

/** etcd as a client sees it. Every call has a deadline of its own besides the signal; times in ms. Member by name. */
export interface EtcdReader {
  /** Hash of the key space of one member at `revision` (0: its newest), as etcd's HashKV computes it. */
  readonly hashKV: (
    member: string,
    revision: number,
    signal: AbortSignal,
  ) => Promise<{ readonly hash: string; readonly revision: number; readonly compactRevision: number }>;
  /** Linearizable unless `serializable`; through any member that answers unless one is named. */
  readonly get: (
    key: string,
    options: { readonly member?: string; readonly serializable?: boolean },
    signal: AbortSignal,
  ) => Promise<{ readonly value: string; readonly modRevision: number } | null>;
  /** All keys under a prefix, read linearizably at one revision, page by page. */
  readonly range: (
    prefix: string,
    signal: AbortSignal,
  ) => Promise<{
    readonly revision: number;
    readonly kvs: readonly { readonly key: string; readonly value: string; readonly modRevision: number }[];
  }>;
  /** Current revision of the key space, read through quorum. */
  readonly revision: (signal: AbortSignal) => Promise<number>;
  /** Number of keys under a prefix ("" is all), linearizable. */
  readonly count: (prefix: string, signal: AbortSignal) => Promise<number>;
  /** Writes a canary key and deletes it; ms it took. Throws when it is not acknowledged. */
  readonly canary: (signal: AbortSignal) => Promise<number>;
  /** Effective settings read from /metrics and the process: name to value with its unit. */
  readonly quotaBytes: (member: string, signal: AbortSignal) => Promise<number | null>;
}

/** What the probe worker needs to connect; plain data. Key material by path only. */
export interface Connection {
  readonly members: readonly { readonly name: string; readonly clientUrl: string }[];
  readonly tls: { readonly caFile: string; readonly certFile: string; readonly keyFile: string } | null;
}

export interface TargetFacts {
  /** Program to version, e.g. { etcd: "3.6.16" }. */
  readonly versions: Readonly<Record<string, string>>;
  /** Effective constants that recovery times depend on, with units: { "etcd election timeout": "1000 ms" }. */
  readonly constants: Readonly<Record<string, string>>;
  /** What the programs found here cannot do, one sentence each. */
  readonly limits: readonly string[];
  /** Where each program came from: { etcd: "PATH: /usr/bin/etcd" }. */
  readonly sources: Readonly<Record<string, string>>;
}

/** Something a drill left behind, found by looking rather than from a journal. */
export interface Residue {
  /** e.g. "member-down", "member-paused", "link-cut", "data-aside", "learner", "alarm", "filler-keys", "dead-man". */
  readonly kind: string;
  readonly what: string;
  /** Operations that would remove it, in order; empty when only a person can. */
  readonly fix: readonly Op[];
}

export interface DeadMan {
  /** Unique on the target: `<run>/<step>`. */
  readonly id: string;
  /** Milliseconds from now until it fires. */
  readonly afterMs: number;
  readonly ops: readonly Op[];
}

export interface DeadManState extends DeadMan {
  readonly state: "armed" | "fired" | "failed";
  readonly detail: string;
}

/** A way to reach one cluster. Everything that touches a cluster goes through here; nothing else may. */
export interface Target extends AsyncDisposable {
  readonly type: string;
  readonly name: string;
  /** Carries our disposable marker: breaking it needs no approval. */
  readonly disposable: boolean;
  /** Same for the same cluster from any runner: a digest of its CA. */
  readonly fingerprint: string;
  readonly capabilities: ReadonlySet<Capability>;
  readonly facts: (signal: AbortSignal) => Promise<TargetFacts>;
  /** Looks, and changes nothing. Never throws because a member is down: that is data. */
  readonly look: (signal: AbortSignal) => Promise<ClusterView>;
  readonly etcd: EtcdReader;
  readonly connection: () => Connection;
  /** Carries out one operation. Idempotent for every operation that an undo may hold. Returns what was observed. */
  readonly perform: (op: Op, signal: AbortSignal) => Promise<Json>;
  /** The exact command line or API call that `perform` would make. */
  readonly describe: (op: Op) => string;
  readonly armDeadMan: (deadMan: DeadMan, signal: AbortSignal) => Promise<void>;
  /** Takes an armed timer back; false when it already fired. */
  readonly disarmDeadMan: (id: string, signal: AbortSignal) => Promise<boolean>;
  readonly deadMen: (signal: AbortSignal) => Promise<readonly DeadManState[]>;
  /** Everything of ours that is found by looking. `ignoreTags` are things a run in progress still needs. */
  readonly residue: (ignoreTags: readonly string[], signal: AbortSignal) => Promise<readonly Residue[]>;
  /** A folder on the target's side for snapshots. */
  readonly snapshotDir: string;
  /** True when the whole target goes away with the run. */
  readonly throwAway: boolean;
}
