import { z } from "zod";
import { defineProbe, type ProbeKind } from "../../core/probe.ts";

/** A name that should resolve. */
export const dns: ProbeKind = defineProbe({
  id: "dns",
  title: "DNS lookup",
  summary: "Looks a name up, past every cache of this machine. A success is at least one address.",
  needs: [],
  rows: "single",
  params: z.strictObject({
    name: z.string().min(1).describe("The name to look up."),
    server: z.string().min(1).optional().describe('Address of the DNS server, "10.96.0.10" or "10.96.0.10:53"; without it, the system\'s.'),
  }),
});
