import { z } from "zod";
import { defineDrill } from "../../core/drill.ts";
import { duration } from "../../core/fields.ts";
import { isObject, type Json } from "../../util/json.ts";

/** Asks a person to do something, and records what they say. */
export const manual = defineDrill({
  id: "manual",
  title: "Have a person do something",
  summary:
    "Shows a prompt, times how long the person takes, and records the answer as evidence. For steps that a machine cannot or should not take: pulling a cable, calling the provider, following the runbook as written.",
  needs: ["operator"],
  blastRadius: "minority",
  params: z.strictObject({
    prompt: z.string().min(1).describe("What the person is asked to do, and what to answer when it is done."),
    undo: z.string().min(1).optional().describe("What the person is asked to do to put it back."),
    takesDown: z
      .array(z.string().min(1))
      .default([])
      .describe("Members that are without service because of it, by name; guards count them."),
    timeout: duration().prefault("30m").describe("Longest to wait for the answer."),
  }),
  effect: "The person answered, and the answer is not a refusal (no, skip, failed).",
  undoes: "Asks the person to put it back, if the playbook says how.",
  proveAfter: "break",
  prepare: async () => ({}),
  plan: (_state, { prompt, undo, takesDown, timeout }) => ({
    breaks: [{ op: "manual.prompt", text: prompt, timeoutMs: timeout }],
    recovers: [],
    undo: undo === undefined ? [] : [{ op: "manual.prompt", text: undo, timeoutMs: timeout }],
    cleanup: [],
    membersDown: takesDown,
  }),
  fingerprint: async () => null,
  prove: (_before, _after, _state, evidence) => {
    const answer = answerIn(evidence[0]);
    if (answer === undefined || answer === "") return { proved: false, because: "nobody answered" };
    const refused = /^(no?|skip(ped)?|fail(ed)?|abort(ed)?)$/i.test(answer);
    return { proved: !refused, because: refused ? `the person answered "${answer}"` : `the person confirmed: "${answer}"` };
  },
});

function answerIn(evidence: Json | undefined): string | undefined {
  const answer = isObject(evidence) ? evidence["answer"] : evidence;
  return typeof answer === "string" ? answer.trim() : undefined;
}
