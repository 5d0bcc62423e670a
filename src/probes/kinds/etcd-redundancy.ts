import { z } from "zod";
import { defineProbe, type ProbeKind } from "../../core/probe.ts";

/** Whether the cluster could lose a member again. */
export const etcdRedundancy: ProbeKind = defineProbe({
  id: "etcd-redundancy",
  title: "etcd redundancy",
  summary:
    "Asks every voter at once. A success means that as many members vote as the target has, all of them answer, know a leader, have applied the log to within 1000 entries of the furthest, and no alarm is raised.",
  needs: ["etcd"],
  rows: "single",
  params: z.strictObject({}),
});
