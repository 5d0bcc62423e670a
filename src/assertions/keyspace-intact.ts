import { z } from "zod";
import { defineAssertion, remembered } from "../core/assertion.ts";
import { asKeyspace, readKeyspace } from "./keyspace.ts";

const ID = "keyspace-intact";

/** Your keys are still there. */
export const keyspaceIntact = defineAssertion({
  id: ID,
  title: "Keys are all there",
  summary:
    "Reads everything under a prefix at one revision, counts it and compares it with the start of the run. Firedrill's own keys are left out.",
  needs: ["etcd"],
  params: z.strictObject({
    prefix: z.string().default("").describe("Which keys; all of them when empty."),
    atLeast: z.int().min(0).default(0).describe("Fewest keys there must be."),
    unchanged: z
      .boolean()
      .default(false)
      .describe("Every key and value is as it was when the run began. Only for prefixes that nobody else writes to meanwhile."),
  }),
  remember: async ({ target, signal }, { prefix, unchanged }) => (unchanged ? readKeyspace(target.etcd, prefix, signal) : null),
  check: async ({ target, baseline, signal }, params) => {
    const { prefix, atLeast, unchanged } = params;
    const now = await readKeyspace(target.etcd, prefix, signal);
    const where = prefix === "" ? "in etcd" : `under "${prefix}"`;
    if (now.keys < atLeast) return { ok: false, observed: `${now.keys} keys ${where}, at least ${atLeast} expected` };
    if (!unchanged || baseline === null) return { ok: true, observed: `${now.keys} keys ${where}` };
    const before = asKeyspace(remembered(baseline, ID, params));
    if (before === undefined) return { ok: false, observed: `the keys ${where} were not read when the run began` };
    const counts = `${now.keys} keys ${where}, ${before.keys} when the run began`;
    if (now.keys !== before.keys) return { ok: false, observed: counts };
    const same = now.digest === before.digest;
    return { ok: same, observed: same ? `${counts}, all with the same values` : `${counts}, but not the same keys and values` };
  },
});
