import { z } from "zod";
import { defineProbe, type ProbeKind } from "../../core/probe.ts";

/** Clients that read. */
export const etcdRead: ProbeKind = defineProbe({
  id: "etcd-read",
  title: "etcd read",
  summary: "Reads one key through each member. Linearizable by default, which takes a quorum; serializable asks only the member itself.",
  needs: ["etcd"],
  rows: "per-member",
  params: z.strictObject({
    serializable: z.boolean().default(false).describe("Read the member's own copy, which may be stale, instead of asking a quorum."),
  }),
});
