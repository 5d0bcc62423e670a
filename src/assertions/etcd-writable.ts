import { z } from "zod";
import { defineAssertion } from "../core/assertion.ts";
import { errorLine } from "../core/errors.ts";
import { duration } from "../core/fields.ts";
import { formatDuration } from "../util/duration.ts";

/** Clients can write, quickly enough. */
export const etcdWritable = defineAssertion({
  id: "etcd-writable",
  title: "etcd takes writes",
  summary: "A canary key is written through quorum and acknowledged in time; then it is deleted.",
  needs: ["etcd"],
  params: z.strictObject({
    under: duration().prefault("1s").describe("Longest the write may take."),
  }),
  check: async ({ target, signal }, { under }) => {
    try {
      const tookMs = await target.etcd.canary(signal);
      const limit = tookMs <= under ? "" : `, at most ${formatDuration(under)} allowed`;
      return { ok: tookMs <= under, observed: `a write took ${formatDuration(tookMs)}${limit}` };
    } catch (error) {
      signal.throwIfAborted();
      return { ok: false, observed: `a write was not acknowledged: ${errorLine(error)}` };
    }
  },
});
