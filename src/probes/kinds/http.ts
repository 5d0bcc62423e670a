import { z } from "zod";
import { defineProbe, type ProbeKind } from "../../core/probe.ts";

/** A service in front of the cluster, or beside it. */
export const http: ProbeKind = defineProbe({
  id: "http",
  title: "HTTP request",
  summary: "GETs a URL without following redirects. A success is the expected status.",
  needs: [],
  rows: "single",
  params: z.strictObject({
    url: z.url({ protocol: /^https?$/ }).describe("What to GET."),
    status: z.number().int().min(100).max(599).default(200).describe("The status that counts as a success."),
  }),
});
