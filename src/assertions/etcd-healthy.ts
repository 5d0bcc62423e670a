import { z } from "zod";
import { defineAssertion } from "../core/assertion.ts";
import { errorLine } from "../core/errors.ts";
import { formatDuration } from "../util/duration.ts";
import { memberProblem } from "./standing.ts";

/** Every voting member is in order and the cluster takes writes. */
export const etcdHealthy = defineAssertion({
  id: "etcd-healthy",
  title: "etcd is healthy",
  summary: "Every voting member runs, answers and follows the same leader; no alarm is raised; and a canary write is acknowledged.",
  needs: ["etcd"],
  params: z.strictObject({}),
  check: async ({ target, signal }) => {
    const view = await target.look(signal);
    const voters = view.members.filter((member) => !member.learner);
    const problems = voters.flatMap((member) => memberProblem(member, view.leader) ?? []);
    const unlisted = voters.filter((member) => member.id === null).map((member) => `${member.name} is in no member list`);
    if (voters.length === 0) return { ok: false, observed: "there is no voting member" };
    if (problems.length > 0 || unlisted.length > 0) return { ok: false, observed: [...problems, ...unlisted].join("; ") };
    try {
      const tookMs = await target.etcd.canary(signal);
      return {
        ok: true,
        observed: `${voters.length} voting members follow ${view.leader}, no alarms, a write took ${formatDuration(tookMs)}`,
      };
    } catch (error) {
      signal.throwIfAborted();
      return { ok: false, observed: `the members answer, but a write failed: ${errorLine(error)}` };
    }
  },
});
