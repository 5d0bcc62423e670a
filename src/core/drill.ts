import type { z } from "zod";
import type { Json } from "../util/json.ts";
import type { Op } from "./op.ts";
import type { Capability, Target } from "./target.ts";

/** How much of the cluster is without service while the fault is in; what guards reason about. */
export type BlastRadius = "none" | "member" | "minority" | "majority" | "cluster";

export interface LookContext {
  readonly target: Target;
  readonly signal: AbortSignal;
  /** Seeded; decides between equals. */
  readonly random: () => number;
  readonly runId: string;
  /** `fd-<run>-<step>`: what this step's leftovers are tagged with. */
  readonly tag: string;
  /** What an earlier step of this run produced (a snapshot's path), by step name; undefined when there is no such step. */
  readonly output: (step: string) => Json | undefined;
}

/** What a step will do, all of it known before any of it happens. */
export interface StepPlan {
  /** Breaks something; in this order. */
  readonly breaks: readonly Op[];
  /** The recovery procedure that is being rehearsed; empty when the undo is the way back. */
  readonly recovers: readonly Op[];
  /** The recorded inverse of `breaks`: legal from the moment it is recorded, idempotent, in this order. */
  readonly undo: readonly Op[];
  /** Removes what a *completed* procedure leaves on purpose (old data folders, snapshots); runs at the end of the run. */
  readonly cleanup: readonly Op[];
  /** Members without service while the fault is in. */
  readonly membersDown: readonly string[];
  /** What later steps may refer to. */
  readonly output?: Json;
}

export interface Proof {
  readonly proved: boolean;
  /** One sentence naming what changed, or what should have and did not. */
  readonly because: string;
}

/** A drill, with its parameter and state types. `S` is plain JSON: it is journaled and must be enough to undo from. */
export interface DrillSpec<P extends z.ZodObject, S extends Json> {
  readonly id: string;
  readonly title: string;
  /** One or two sentences: what it breaks and what it shows. */
  readonly summary: string;
  readonly needs: readonly Capability[];
  readonly blastRadius: BlastRadius;
  readonly params: P;
  /** What counts as evidence that it happened, for the docs. */
  readonly effect: string;
  /** What puts it back, for the docs. */
  readonly undoes: string;
  /** Looks, picks victims, touches nothing. */
  readonly prepare: (context: LookContext, params: z.output<P>) => Promise<S>;
  /** Pure: the same state and parameters give the same operations. */
  readonly plan: (state: S, params: z.output<P>) => StepPlan;
  /** What is compared before and after to prove the effect. */
  readonly fingerprint: (context: LookContext, state: S, params: z.output<P>) => Promise<Json>;
  /** `before` and `after` are two fingerprints; `evidence` what the operations returned, in order. */
  readonly prove: (before: Json, after: Json, state: S, evidence: readonly Json[], params: z.output<P>) => Proof;
  /** "break": the effect shows when the breaking operations are done; "recover": only after the recovery procedure. */
  readonly proveAfter: "break" | "recover";
}

/** A drill whose types are hidden, so that drills of different shapes live in one array. */
export interface Drill {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly needs: readonly Capability[];
  readonly blastRadius: BlastRadius;
  readonly params: z.ZodObject;
  readonly effect: string;
  readonly undoes: string;
  readonly proveAfter: "break" | "recover";
  readonly bind: (params: Readonly<Record<string, unknown>>) => BoundDrill;
}

/** A drill with its parameters parsed; states pass through as JSON. */
export interface BoundDrill {
  readonly prepare: (context: LookContext) => Promise<Json>;
  readonly plan: (state: Json) => StepPlan;
  readonly fingerprint: (context: LookContext, state: Json) => Promise<Json>;
  readonly prove: (before: Json, after: Json, state: Json, evidence: readonly Json[]) => Proof;
}

/** Hides a spec's type parameters; parameters are parsed exactly once, here. */
export function defineDrill<P extends z.ZodObject, S extends Json>(spec: DrillSpec<P, S>): Drill {
  return {
    id: spec.id,
    title: spec.title,
    summary: spec.summary,
    needs: spec.needs,
    blastRadius: spec.blastRadius,
    params: spec.params,
    effect: spec.effect,
    undoes: spec.undoes,
    proveAfter: spec.proveAfter,
    bind: (raw) => {
      const params = spec.params.parse(raw);
      // The only states that come back in are the ones this drill's `prepare` gave out.
      const own = (state: Json): S => state as S;
      return {
        prepare: (context) => spec.prepare(context, params),
        plan: (state) => spec.plan(own(state), params),
        fingerprint: (context, state) => spec.fingerprint(context, own(state), params),
        prove: (before, after, state, evidence) => spec.prove(before, after, own(state), evidence, params),
      };
    },
  };
}
