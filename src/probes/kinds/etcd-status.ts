import { z } from "zod";
import { defineProbe, type ProbeKind } from "../../core/probe.ts";

/** Each member's own health. */
export const etcdStatus: ProbeKind = defineProbe({
  id: "etcd-status",
  title: "etcd member status",
  summary: "Asks each member for its status. A success is an answer from a voting member that knows a leader.",
  needs: ["etcd"],
  rows: "per-member",
  params: z.strictObject({}),
});
