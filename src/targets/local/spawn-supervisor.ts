import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { FiredrillError } from "../../core/errors.ts";
import { deadline } from "../../util/clock.ts";
import { poll } from "../../util/poll.ts";
import { connectControl } from "./control-client.ts";
import { logSize, logTail } from "./log-tail.ts";
import type { TargetFile, TargetPaths } from "./target-file.ts";

/** Loading the program from a cold disk on a busy machine. */
const READY_BUDGET_MS = 20_000;

/** Starts a target's supervisor in a session of its own, so that it outlives us; done when it answers. */
export async function spawnSupervisor(target: TargetFile, paths: TargetPaths, signal: AbortSignal): Promise<void> {
  // Runs from the sources and from the build alike: the entry lies beside this file, with the same ending.
  const entry = fileURLToPath(new URL(`./supervisor${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url));
  const logFrom = logSize(paths.supervisorLog);
  const log = openSync(paths.supervisorLog, "a", 0o600);
  let ended: string | null = null;
  try {
    const child = spawn(execPath, [entry, paths.dir], { detached: true, stdio: ["ignore", log, log] });
    child.once("error", (error) => {
      ended = error.message;
    });
    child.once("exit", (code, by) => {
      ended = by ?? `exit code ${code ?? "?"}`;
    });
    child.unref();
  } finally {
    closeSync(log);
  }
  const control = connectControl(target.socket);
  using budget = deadline("the supervisor's start", READY_BUDGET_MS, signal);
  await poll(
    async () => {
      if (ended !== null) throw failed(ended, logTail(paths.supervisorLog, logFrom, 5));
      try {
        return await control.status(budget.signal);
      } catch {
        return undefined;
      }
    },
    { everyMs: 20, signal: budget.signal },
  );
}

function failed(how: string, tail: readonly string[]): FiredrillError {
  const said = tail.join(" | ");
  return new FiredrillError(
    said.includes("PORT_TAKEN") ? "PORT_TAKEN" : "TARGET_FAILED_TO_START",
    `the supervisor ended (${how})${said === "" ? "" : `; its log ends: ${said}`}`,
    { hint: "the last line of its log says why" },
  );
}
