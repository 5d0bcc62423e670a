import { z } from "zod";
import { defineProbe, type ProbeKind } from "../../core/probe.ts";

/** A port that should be open. */
export const tcp: ProbeKind = defineProbe({
  id: "tcp",
  title: "TCP connection",
  summary: "Opens a TCP connection and closes it. A success is an accepted connection.",
  needs: [],
  rows: "single",
  params: z.strictObject({
    host: z.string().min(1).describe("Name or address to connect to."),
    port: z.number().int().min(1).max(65_535).describe("Port to connect to."),
  }),
});
