import { z } from "zod";
import { defineAssertion } from "../core/assertion.ts";
import { listedVoters, memberProblem } from "./standing.ts";

/** As many members as there should be, in the roles they should have. */
export const etcdMembers = defineAssertion({
  id: "etcd-members",
  title: "etcd has its members",
  summary:
    "Counts the members in the member list that vote, that are learners, and that are healthy: run, answer, follow the leader, and have no alarm.",
  needs: ["etcd"],
  params: z.strictObject({
    healthy: z
      .union([z.literal("all"), z.int().min(0)])
      .default("all")
      .describe("How many members are healthy: exactly this many, or all."),
    voting: z.int().min(0).optional().describe("How many members vote, healthy or not; not looked at when absent."),
    learners: z.int().min(0).default(0).describe("How many members are learners: listed, but not voting yet."),
  }),
  check: async ({ target, signal }, { healthy, voting, learners }) => {
    const view = await target.look(signal);
    const voters = listedVoters(view);
    const learning = view.members.filter((member) => member.id !== null && member.learner);
    const listed = [...voters, ...learning];
    const problems = listed.flatMap((member) => memberProblem(member, view.leader) ?? []);
    const well = listed.length - problems.length;
    const wanted = healthy === "all" ? listed.length : healthy;
    const ok = listed.length > 0 && well === wanted && (voting === undefined || voters.length === voting) && learning.length === learners;
    const asked = [`${healthy} healthy`, ...(voting === undefined ? [] : [`${voting} voting`]), `${learners} learners`].join(", ");
    const seen = `${well} of ${listed.length} members healthy, ${voters.length} voting, ${learning.length} learners`;
    return { ok, observed: ok ? seen : `${seen}; expected ${asked}${problems.length === 0 ? "" : `; ${problems.join("; ")}`}` };
  },
});
