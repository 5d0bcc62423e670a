import { z } from "zod";
import { commandExit } from "../../core/command-exit.ts";
import { defineDrill, type LookContext } from "../../core/drill.ts";
import { duration } from "../../core/fields.ts";
import { own } from "../shared/own.ts";

type Seen = { readonly exitCode: number | null };
const argv = (): z.ZodArray<z.ZodString> => z.array(z.string()).min(1);

/** Runs a program of yours: the way out for what no drill covers. */
export const command = defineDrill({
  id: "command",
  title: "Run a command of your own",
  summary:
    "Runs a program with its arguments, never through a shell, and another one to undo it. Without an effect check nobody can tell that anything happened, so the step stays unproved and the run inconclusive.",
  needs: ["command"],
  blastRadius: "minority",
  params: z.strictObject({
    argv: argv().describe("The program and its arguments, one list entry each."),
    undo: argv().optional().describe("What puts it back. It must be right to run at any time, more than once, and when nothing was done."),
    effect: z
      .strictObject({
        argv: argv().describe("A program that only looks."),
        exitCode: z
          .int()
          .min(0)
          .max(255)
          .default(0)
          .describe("Its exit code once the command has had its effect; it must be another one before."),
      })
      .optional()
      .describe("How to see that the command had its effect."),
    takesDown: z
      .array(z.string().min(1))
      .default([])
      .describe("Members that are without service because of it, by name; guards count them."),
    timeout: duration().prefault("30s").describe("Longest the command, its undo and its check may each take."),
  }),
  effect: "The effect check ends with the declared exit code, and ended with another one before.",
  undoes: "Runs the declared undo command, if there is one.",
  proveAfter: "break",
  prepare: async () => ({}),
  plan: (_state, { argv, undo, takesDown, timeout }) => ({
    breaks: [{ op: "command.run", argv, timeoutMs: timeout }],
    recovers: [],
    undo: undo === undefined ? [] : [{ op: "command.run", argv: undo, timeoutMs: timeout }],
    cleanup: [],
    membersDown: takesDown,
  }),
  fingerprint: async (context: LookContext, _state, { effect, timeout }): Promise<Seen> => ({
    exitCode: effect === undefined ? null : await commandExit(context.target, effect.argv, timeout, context.signal),
  }),
  prove: (before, after, _state, _evidence, { effect }) => {
    if (effect === undefined) return { proved: false, because: "the playbook declares no effect check for this command" };
    const was = own<Seen>(before).exitCode;
    const is = own<Seen>(after).exitCode;
    if (is !== effect.exitCode)
      return { proved: false, because: `the effect check ended with ${is ?? "no exit code"}, not ${effect.exitCode}` };
    if (was === is) return { proved: false, because: `the effect check ended with ${is} before as well, so nothing changed` };
    return { proved: true, because: `the effect check ended with ${is}, before with ${was ?? "no exit code"}` };
  },
});
