// A registry with a drill, a few assertions and probes of its own, so that tests of the parser do not change with the real ones.
import { z } from "zod";
import { defineAssertion } from "../../src/core/assertion.ts";
import { defineDrill } from "../../src/core/drill.ts";
import { duration, memberSelector, size } from "../../src/core/fields.ts";
import type { Registry } from "../../src/core/playbook.ts";
import { defineProbe } from "../../src/core/probe.ts";

const finding = async (): Promise<{ readonly ok: boolean; readonly observed: string }> => ({ ok: true, observed: "fine" });

function drill(id: string, params: z.ZodObject): Registry["drills"][number] {
  return defineDrill({
    id,
    title: `Does ${id}`,
    summary: `Breaks things the ${id} way.`,
    needs: ["etcd"],
    blastRadius: "member",
    params,
    effect: "Something is different.",
    undoes: "Makes it the same again.",
    prepare: async () => null,
    plan: () => ({ breaks: [], recovers: [], undo: [], cleanup: [], membersDown: [] }),
    fingerprint: async () => null,
    prove: () => ({ proved: true, because: "it is so" }),
    proveAfter: "break",
  });
}

function assertion(id: string, params: z.ZodObject): Registry["assertions"][number] {
  return defineAssertion({ id, title: `Is ${id}`, summary: `Looks whether it is ${id}.`, needs: ["etcd"], params, check: finding });
}

export const smallRegistry: Registry = {
  drills: [
    drill(
      "crash",
      z.strictObject({
        member: memberSelector().default("leader").describe("Which member."),
        wait: duration().optional().describe("How long to wait."),
      }),
    ),
    // Not strict on purpose: the parser refuses unknown keys all the same.
    drill("fill", z.object({ upTo: size().describe("How much."), count: z.int().min(1).max(5).default(3).describe("How often.") })),
  ],
  assertions: [
    assertion("etcd-healthy", z.strictObject({})),
    assertion(
      "etcd-members",
      z.strictObject({
        healthy: z.union([z.literal("all"), z.int().min(0)]).default("all"),
        voting: z.int().optional().describe("Voters."),
      }),
    ),
    assertion("keys", z.strictObject({ prefix: z.string().min(1).describe("Which keys.") })),
  ],
  probes: [
    defineProbe({
      id: "etcd-write",
      title: "Writes",
      summary: "Writes a key.",
      needs: ["etcd"],
      rows: "per-member",
      params: z.strictObject({ through: memberSelector().optional().describe("Which member.") }),
    }),
    defineProbe({
      id: "http",
      title: "HTTP",
      summary: "Gets a URL.",
      needs: [],
      rows: "single",
      params: z.strictObject({ url: z.string().describe("What to get."), timeout: duration().prefault("2s").describe("How long.") }),
    }),
  ],
};
