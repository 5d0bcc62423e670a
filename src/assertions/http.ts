import { z } from "zod";
import { defineAssertion } from "../core/assertion.ts";
import { duration } from "../core/fields.ts";
import { DeadlineError, deadline, monoMs } from "../util/clock.ts";
import { formatDuration } from "../util/duration.ts";

/** A service answers as it should. */
export const http = defineAssertion({
  id: "http",
  title: "A URL answers",
  summary: "GETs a URL from the runner's machine, without following redirects, and compares the status.",
  needs: [],
  params: z.strictObject({
    url: z.url({ protocol: /^https?$/ }).describe("What to GET."),
    status: z.int().min(100).max(599).default(200).describe("The status it must answer with."),
    timeout: duration().prefault("5s").describe("Longest to wait for the answer."),
  }),
  check: async ({ signal }, { url, status, timeout }) => {
    const startedMs = monoMs();
    using limit = deadline(`GET ${url}`, timeout, signal);
    try {
      const response = await fetch(url, { signal: limit.signal, redirect: "manual" });
      await response.body?.cancel();
      const took = formatDuration(monoMs() - startedMs);
      const expected = response.status === status ? "" : `, ${status} expected`;
      return { ok: response.status === status, observed: `status ${response.status} after ${took}${expected}` };
    } catch (error) {
      signal.throwIfAborted();
      return { ok: false, observed: error instanceof DeadlineError ? error.message : `no answer: ${reason(error)}` };
    }
  },
});

/** fetch says "fetch failed" and keeps the reason as the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
