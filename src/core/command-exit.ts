import { isObject } from "../util/json.ts";
import { FiredrillError } from "./errors.ts";
import type { Target } from "./target.ts";

/** Exit code of a program that is only asked; another one than 0 is an answer. null when it gave none (ended by a signal). */
export async function commandExit(target: Target, argv: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<number | null> {
  try {
    const evidence = await target.perform({ op: "command.run", argv: [...argv], timeoutMs }, signal);
    const code = isObject(evidence) ? evidence["exitCode"] : undefined;
    return typeof code === "number" ? code : 0;
  } catch (error) {
    // `command.run` fails for any code but 0, and says which.
    if (!(error instanceof FiredrillError) || error.code !== "TOOL_FAILED") throw error;
    const code = /exit code (-?\d+)/.exec(error.message)?.[1];
    return code === undefined ? null : Number(code);
  }
}
