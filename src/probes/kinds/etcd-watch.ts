import { z } from "zod";
import { defineProbe, type ProbeKind } from "../../core/probe.ts";

/** Clients that watch. */
export const etcdWatch: ProbeKind = defineProbe({
  id: "etcd-watch",
  title: "etcd watch delivery",
  summary:
    "Writes a key through any member and waits until a watch on each member delivers it. Fails when the write does, or when the watch stays silent.",
  needs: ["etcd"],
  rows: "per-member",
  params: z.strictObject({}),
});
