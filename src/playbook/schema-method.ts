// The schema of steps and of what a check expects.
import { z } from "zod";
import type { Assertion } from "../core/assertion.ts";
import type { Drill } from "../core/drill.ts";
import { duration } from "../core/fields.ts";
import { slots, span, strictly, text } from "./schema-fields.ts";

const stepName = z
  .string()
  .min(1)
  .max(120)
  .regex(/^[^\r\n]*$/, { error: "a step's name is one line" })
  .meta({ description: "What the step is called; unique." });

/** A step that carries out a drill. */
export function drillStep(drill: Drill) {
  const own = strictly(drill.params);
  const given = own.meta({ description: `Parameters of ${drill.id}.` });
  return z.strictObject({
    name: stepName,
    drill: z.literal(drill.id).meta({ description: drill.title }),
    with: own.safeParse({}).success ? given.optional() : given,
    hold: duration()
      .prefault("0s")
      .meta({ description: "How long the fault stays in.", examples: ["20s"] }),
    deadline: span()
      .optional()
      .meta({ description: "When the dead-man timer undoes the step if nobody else has.", examples: ["2m"] }),
  });
}

/** A step that undoes an earlier one. */
export const undoStep = z.strictObject({ name: stepName, undo: text().meta({ description: "Name of the earlier drill step to undo." }) });
/** A step that waits. */
export const holdStep = z.strictObject({ name: stepName, hold: span().meta({ description: "How long to wait.", examples: ["10s"] }) });
/** A step that looks. */
export const checkStep = z.strictObject({
  name: stepName,
  check: z.array(slots.expectation).min(1).meta({ description: "What must hold now." }),
});

/** How long an expectation may take to come true; 0 looks once. */
export const withinField = duration().meta({
  description: "Polled until true, for as long as this. Without it: looked at once.",
  examples: ["30s"],
});

/** Parameters of an assertion, unknown keys refused. */
export function assertionParams(assertion: Assertion): z.ZodObject {
  return strictly(assertion.params);
}
