import type { z } from "zod";
import type { Json } from "../util/json.ts";
import type { Capability, Target } from "./target.ts";

export interface CheckContext {
  readonly target: Target;
  readonly signal: AbortSignal;
  readonly runId: string;
  /** What was seen when the run began, for assertions that compare (leader, key count); null before the run begins. */
  readonly baseline: Json | null;
  readonly output: (step: string) => Json | undefined;
}

export interface Finding {
  readonly ok: boolean;
  /** What was seen, in one sentence with numbers. */
  readonly observed: string;
}

export interface AssertionSpec<P extends z.ZodObject> {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly needs: readonly Capability[];
  readonly params: P;
  /** Looks once. A member that is down is a finding, not an error. */
  readonly check: (context: CheckContext, params: z.output<P>) => Promise<Finding>;
}

export interface Assertion {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly needs: readonly Capability[];
  readonly params: z.ZodObject;
  readonly bind: (params: Readonly<Record<string, unknown>>) => (context: CheckContext) => Promise<Finding>;
}

export function defineAssertion<P extends z.ZodObject>(spec: AssertionSpec<P>): Assertion {
  return {
    id: spec.id,
    title: spec.title,
    summary: spec.summary,
    needs: spec.needs,
    params: spec.params,
    bind: (raw) => {
      const params = spec.params.parse(raw);
      return (context) => spec.check(context, params);
    },
  };
}
