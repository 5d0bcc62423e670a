// The field types that drills, probes and assertions are made of. Each parses text to a value and describes itself for JSON Schema.
import { z } from "zod";
import { DURATION_PATTERN, parseDuration } from "../util/duration.ts";
import { parseSize, SIZE_PATTERN } from "../util/size.ts";
import { ROLES } from "./selector.ts";

/** A duration with a unit; gives milliseconds. */
export function duration(): z.ZodPipe<z.ZodString, z.ZodTransform<number, string>> {
  return z
    .string({ error: 'a duration needs a unit, for example "20s" or "1m30s"' })
    .regex(new RegExp(DURATION_PATTERN), { error: 'a duration needs a unit, for example "20s" or "1m30s"' })
    .meta({ title: "duration", examples: ["20s"] })
    .transform((text) => parseDuration(text) ?? Number.NaN);
}

/** A size with a unit; gives bytes. */
export function size(): z.ZodPipe<z.ZodString, z.ZodTransform<number, string>> {
  return z
    .string({ error: 'a size needs a unit, for example "16MiB"' })
    .regex(new RegExp(SIZE_PATTERN), { error: 'a size needs a unit, for example "16MiB"' })
    .meta({ title: "size", examples: ["16MiB"] })
    .transform((text) => parseSize(text) ?? Number.NaN);
}

/** A role (leader, follower, one, minority, majority, all, learner) or a member's name. */
export function memberSelector(): z.ZodString {
  return z
    .string()
    .min(1)
    .meta({ title: "member", description: `A role (${ROLES.join(", ")}) or a member's name.`, examples: ["leader"] });
}

/** Which part of a run's recovery an objective binds. */
export const RECOVERY_KINDS = ["serviceRestored", "dataVerified", "redundancyRestored", "normalRestored"] as const;
export type RecoveryKind = (typeof RECOVERY_KINDS)[number];
