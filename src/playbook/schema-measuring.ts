// The schema of what is measured: sentinel, probes, objectives.
import { z } from "zod";
import { RECOVERY_KINDS } from "../core/fields.ts";
import type { ProbeKind } from "../core/probe.ts";
import { DURATION_PATTERN, parseDuration } from "../util/duration.ts";
import { id, span, strictly, text } from "./schema-fields.ts";

/** The sentinel writer's settings; `false` turns it off. */
export const sentinelShape = z.strictObject({
  every: span()
    .prefault("50ms")
    .meta({ description: "Time between two writes.", examples: ["50ms"] }),
  deadline: span()
    .prefault("1s")
    .meta({ description: "When a write without an answer counts as indeterminate.", examples: ["1s"] }),
});

/** A probe of one kind: type, rate, deadline and the kind's own parameters side by side. */
export function probeShape(kind: ProbeKind) {
  return strictly(
    kind.params.extend({
      type: z.literal(kind.id).meta({ description: kind.title }),
      every: span()
        .prefault("100ms")
        .meta({ description: "Time between the starts of two shots.", examples: ["100ms"] }),
      deadline: span()
        .prefault("1s")
        .meta({ description: "When a shot without an answer counts as failed.", examples: ["1s"] }),
    }),
  );
}

const objectiveCommon = {
  id: id("an objective's id").meta({ description: "Names the objective in reports." }),
  probes: z.array(text()).default([]).meta({ description: "Ids of the probes it is judged by. Without it: those that stand for clients." }),
  step: text().optional().meta({ description: "Name of the drill step it binds to. Without it: the first fault." }),
  source: text().optional().meta({ description: "Where the promise comes from." }),
};

/** "0 writes", "14 writes" or a duration. */
export const RPO = new RegExp(`^(\\d+) writes?$|${DURATION_PATTERN}`);
/** "99.9%". */
export const PERCENT = /^(\d{1,2}(?:\.\d+)?|100(?:\.0+)?)%$/;

/** The three kinds of objective, by the key that tells them apart. */
export const objectiveShapes = {
  rto: z.strictObject({
    ...objectiveCommon,
    rto: span().meta({ description: "Longest time from the fault to recovery.", examples: ["5s"] }),
    of: z.enum(RECOVERY_KINDS).default("serviceRestored").meta({ description: "Which recovery it binds." }),
  }),
  rpo: z.strictObject({
    ...objectiveCommon,
    rpo: z
      .string({ error: 'an RPO is a number of writes or a duration, for example "0 writes" or "5s"' })
      .regex(RPO, { error: 'an RPO is a number of writes or a duration, for example "0 writes" or "5s"' })
      .meta({ description: "Most acknowledged writes, or the longest stretch of them, that may be lost.", examples: ["0 writes"] }),
  }),
  availability: z.strictObject({
    ...objectiveCommon,
    availability: z
      .string({ error: 'an availability is a percentage, for example "99.9%"' })
      .regex(PERCENT, { error: 'an availability is a percentage, for example "99.9%"' })
      .meta({ description: "Smallest share of shots that succeed while the fault is in and until recovery.", examples: ["99.9%"] }),
  }),
} as const;

/** Milliseconds of a duration text that the schema has accepted. */
export function acceptedMs(durationText: string): number {
  return parseDuration(durationText) ?? Number.NaN;
}
