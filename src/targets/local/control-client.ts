import { existsSync } from "node:fs";
import { connect } from "node:net";
import { ERROR_CODES, type ErrorCode, FiredrillError } from "../../core/errors.ts";
import type { DeadMan } from "../../core/target.ts";
import { deadline } from "../../util/clock.ts";
import { isObject, type Json, parseJson } from "../../util/json.ts";
import type { Request, Supervision, SupervisorStatus } from "./control-protocol.ts";
import { requirePrivateFolder } from "./socket-path.ts";

/** Answered from memory: later than this is no answer. */
const QUICK_MS = 5_000;
/** Longer than the longest thing a supervisor does, which has a deadline of its own. */
const SLOW_MS = 60_000;

/** A supervisor in another process. */
export interface Control extends Supervision {
  readonly arm: (deadMan: DeadMan, signal: AbortSignal) => Promise<void>;
  readonly disarm: (id: string, signal: AbortSignal) => Promise<boolean>;
  readonly down: (remove: boolean, signal: AbortSignal) => Promise<readonly string[]>;
}

/** Speaks to the supervisor behind `socket`. Every call opens a connection of its own, so that a long one keeps no other waiting. */
export function connectControl(socket: string): Control {
  const call = (request: Request, budgetMs: number, signal: AbortSignal): Promise<Json> => ask(socket, request, budgetMs, signal);
  return {
    // Both ends are of one version: the supervisor is started from the program that made the target.
    status: async (signal) => (await call({ method: "status" }, QUICK_MS, signal)) as unknown as SupervisorStatus,
    act: (op, initialCluster, signal) => call({ method: "act", op, initialCluster }, SLOW_MS, signal),
    arm: async ({ id, afterMs, ops }, signal) => {
      await call({ method: "deadman.arm", deadMan: { id, afterMs, ops: [...ops] } }, SLOW_MS, signal);
    },
    disarm: async (id, signal) => (await call({ method: "deadman.disarm", id }, SLOW_MS, signal)) === true,
    down: async (remove, signal) => (await call({ method: "down", remove }, SLOW_MS, signal)) as readonly string[],
  };
}

async function ask(socket: string, request: Request, budgetMs: number, signal: AbortSignal): Promise<Json> {
  using budget = deadline(`the supervisor's answer to "${request.method}"`, budgetMs, signal);
  if (!existsSync(socket)) throw unreachable("there is no control socket");
  requirePrivateFolder(socket);
  const line = await exchange(socket, `${JSON.stringify(request)}\n`, budget.signal);
  const reply = parseJson(line);
  if (isObject(reply) && reply["ok"] === true) return (reply["result"] ?? null) as Json;
  if (!isObject(reply) || typeof reply["message"] !== "string") throw unreachable(`answered "${line.slice(0, 80)}"`);
  const code = typeof reply["code"] === "string" && reply["code"] in ERROR_CODES ? (reply["code"] as ErrorCode) : "TARGET_UNREACHABLE";
  throw new FiredrillError(code, reply["message"], typeof reply["hint"] === "string" ? { hint: reply["hint"] } : {});
}

function exchange(path: string, request: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect(path);
    let text = "";
    const settle = (act: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      act();
    };
    const onAbort = (): void => settle(() => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason))));
    signal.addEventListener("abort", onAbort, { once: true });
    socket.setEncoding("utf8");
    socket.on("connect", () => socket.write(request));
    socket.on("data", (part: string) => {
      text += part;
      if (text.includes("\n")) settle(() => resolve(text.slice(0, text.indexOf("\n"))));
    });
    socket.on("error", (error) => settle(() => reject(unreachable(error.message, error))));
    socket.on("close", () => settle(() => reject(unreachable("closed the connection without an answer"))));
  });
}

function unreachable(why: string, cause?: unknown): FiredrillError {
  return new FiredrillError("TARGET_UNREACHABLE", `the target's supervisor does not answer: ${why}`, {
    hint: "see firedrill status; take the target down and up again with firedrill down and firedrill up",
    cause,
  });
}
