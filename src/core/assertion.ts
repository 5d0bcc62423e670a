import type { z } from "zod";
import { isObject, type Json, stableStringify } from "../util/json.ts";
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
  /** Looks when the run begins, for `check` to compare with: see `remembered`. */
  readonly remember?: (context: CheckContext, params: z.output<P>) => Promise<Json>;
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
  /** Absent when the assertion compares with nothing. */
  readonly remember?: (params: Readonly<Record<string, unknown>>) => (context: CheckContext) => Promise<Json>;
}

export function defineAssertion<P extends z.ZodObject>(spec: AssertionSpec<P>): Assertion {
  const { remember } = spec;
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
    ...(remember === undefined
      ? {}
      : {
          remember: (raw) => {
            const params = spec.params.parse(raw);
            return (context) => remember(context, params);
          },
        }),
  };
}

/** Looks for every expectation that compares with the start of the run; to be kept as `baseline.remembered`. */
export async function rememberAll(
  assertions: readonly Assertion[],
  expectations: readonly { readonly assertion: string; readonly params: Readonly<Record<string, unknown>> }[],
  context: CheckContext,
): Promise<Json> {
  const kept: Record<string, Json> = {};
  for (const { assertion: id, params } of expectations) {
    const assertion = assertions.find((candidate) => candidate.id === id);
    if (assertion?.remember === undefined) continue;
    kept[rememberedKey(id, assertion.params.parse(params))] ??= await assertion.remember(params)(context);
  }
  return kept;
}

/** What `rememberAll` kept for an assertion with these (parsed) parameters; undefined when nothing was. */
export function remembered(baseline: Json, id: string, params: Readonly<Record<string, unknown>>): Json | undefined {
  const kept = isObject(baseline) ? baseline["remembered"] : undefined;
  const key = rememberedKey(id, params);
  return isObject(kept) && Object.hasOwn(kept, key) ? kept[key] : undefined;
}

function rememberedKey(id: string, params: unknown): string {
  return `${id} ${stableStringify(params)}`;
}
