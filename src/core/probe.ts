import type { z } from "zod";
import type { Capability } from "./target.ts";

/**
 * A kind of probe, as the playbook knows it: description and parameters. How a shot is fired lives in src/probes/shots, which only the
 * probe worker loads, so that `firedrill explain` need not load gRPC.
 */
export interface ProbeKind {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly needs: readonly Capability[];
  /** One row for each member, or one row in all. */
  readonly rows: "per-member" | "single";
  /** Own parameters, besides `every` and `deadline`. */
  readonly params: z.ZodObject;
}

export function defineProbe(kind: ProbeKind): ProbeKind {
  return kind;
}

/** One probe of a playbook, parsed. Milliseconds. */
export interface ProbeSpec {
  readonly id: string;
  readonly type: string;
  readonly everyMs: number;
  readonly deadlineMs: number;
  /** The kind's own parameters, parsed. */
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * How one shot ended, as the journal writes it. Codes are part of the journal's format.
 * `notSampled`: our own process stalled; says nothing about the target.
 */
export const SHOT = { ok: 0, refused: 1, deadline: 2, noLeader: 3, other: 4, notSampled: 9 } as const;
export type ShotCode = (typeof SHOT)[keyof typeof SHOT];

/** How a sentinel write ended. Indeterminate: it may have landed. */
export const WRITE = { acked: 0, failed: 1, indeterminate: 2 } as const;
export type WriteCode = (typeof WRITE)[keyof typeof WRITE];
