import { z } from "zod";
import { defineAssertion } from "../core/assertion.ts";
import { duration } from "../core/fields.ts";
import { monoMs } from "../util/clock.ts";
import { formatDuration } from "../util/duration.ts";
import { isObject } from "../util/json.ts";

/** The newest snapshot is young enough. */
export const snapshotFresh = defineAssertion({
  id: "snapshot-fresh",
  title: "The snapshot is recent",
  summary: "The snapshot that an earlier step of this run took is at most so old, counted from before it was taken.",
  needs: [],
  params: z.strictObject({
    from: z.string().min(1).describe("Name of the step that took the snapshot."),
    maxAge: duration().describe("Oldest it may be."),
  }),
  check: async ({ output }, { from, maxAge }) => {
    const taken = output(from);
    const file = isObject(taken) ? taken["file"] : undefined;
    const sinceMs = isObject(taken) ? taken["preparedAtMonoMs"] : undefined;
    if (typeof file !== "string" || typeof sinceMs !== "number") return { ok: false, observed: `step "${from}" has taken no snapshot` };
    const ageMs = monoMs() - sinceMs;
    return { ok: ageMs <= maxAge, observed: `"${file}" is ${formatDuration(ageMs)} old, at most ${formatDuration(maxAge)} allowed` };
  },
});
