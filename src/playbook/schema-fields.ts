// Pieces that every part of the playbook's schema is made of.
import { z } from "zod";
import { duration } from "../core/fields.ts";

/** Where an id or a name of the playbook's own becomes part of a key or a folder. */
const ID = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** An id of the playbook's own. */
export const id = (what: string): z.ZodString =>
  z
    .string()
    .regex(ID, { error: `${what} is lower-case letters, digits and dashes, 63 at most` })
    .meta({ title: "id" });
/** Any text but none. */
export const text = (): z.ZodString => z.string().min(1);

/** A duration longer than nothing. */
export function span(): z.ZodType<number> {
  return duration().refine((ms) => ms > 0, { error: "a duration here must be longer than 0" });
}

/** Parts that depend on the registry. Each is parsed apart. */
export const slots = {
  parameter: z.unknown(),
  objective: z.unknown(),
  probe: z.unknown(),
  expectation: z.unknown(),
  step: z.unknown(),
  sentinel: z.unknown(),
} as const;

/** The same schema, refusing keys it does not know. */
export function strictly<T extends z.ZodObject>(schema: T): z.ZodObject<T["shape"], z.core.$strict> {
  return schema.strict();
}
