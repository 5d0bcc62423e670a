import { z } from "zod";
import { defineProbe, type ProbeKind } from "../../core/probe.ts";

/** Clients that write. */
export const etcdWrite: ProbeKind = defineProbe({
  id: "etcd-write",
  title: "etcd write",
  summary: "Puts one key through each member, without retries. A success is an acknowledged write, which takes a quorum and a leader.",
  needs: ["etcd"],
  rows: "per-member",
  params: z.strictObject({}),
});
