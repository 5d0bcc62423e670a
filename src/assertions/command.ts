import { z } from "zod";
import { defineAssertion } from "../core/assertion.ts";
import { commandExit } from "../core/command-exit.ts";
import { duration } from "../core/fields.ts";

/** A check of your own. */
export const command = defineAssertion({
  id: "command",
  title: "A command of yours agrees",
  summary: "Runs a program with its arguments on the runner's machine, never through a shell, and compares its exit code.",
  needs: ["command"],
  params: z.strictObject({
    argv: z.array(z.string()).min(1).describe("The program and its arguments, one list entry each. It must only look."),
    exitCode: z.int().min(0).max(255).default(0).describe("The exit code it must end with."),
    timeout: duration().prefault("30s").describe("Longest it may take."),
  }),
  check: async ({ target, signal }, { argv, exitCode, timeout }) => {
    const code = await commandExit(target, argv, timeout, signal);
    const is = `"${argv.join(" ")}" ended with ${code === null ? "a signal" : `exit code ${code}`}`;
    return { ok: code === exitCode, observed: code === exitCode ? is : `${is}, ${exitCode} expected` };
  },
});
