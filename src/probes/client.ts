// The run's side of the probe worker.
import { Worker } from "node:worker_threads";
import { errorLine, FiredrillError } from "../core/errors.ts";
import type { ProbeRow, SentinelWrite, Shot } from "../core/event.ts";
import { deferred } from "../util/deferred.ts";
import { type FromWorker, type ProbeSetup, sentinelPrefix, type ToWorker } from "./protocol.ts";

export interface ProbeEvents {
  readonly onSamples: (row: number, shots: readonly Shot[]) => void;
  readonly onSentinel: (writes: readonly SentinelWrite[]) => void;
  /** Our own process stood still; ms since the run's start. */
  readonly onStall: (fromMs: number, toMs: number) => void;
  /** Something went wrong in the worker; measuring goes on if it can. */
  readonly onError: (line: string) => void;
}

export interface ProbeRun {
  readonly rows: readonly ProbeRow[];
  /** Where the sentinel writer's keys are; null without one. */
  readonly sentinelPrefix: string | null;
  /** Stops sampling, waits for shots in flight and for their samples. Idempotent; when the signal aborts, the worker is ended as it is. */
  readonly stop: (signal: AbortSignal) => Promise<void>;
}

/**
 * Nothing from the runner's own command line. DEP0123: gRPC names an IP address as the TLS server name, which Node calls deprecated and
 * ignores in effect; nobody who reads our output can do anything about it.
 */
const WORKER_ARGS = ["--disable-warning=DEP0123"];

/** Starts the worker; resolves when connections are open and shot 0 is about to be fired. */
export async function startProbes(options: ProbeSetup, events: ProbeEvents, signal: AbortSignal): Promise<ProbeRun> {
  signal.throwIfAborted();
  // The same file name, as source and as built.
  const entry = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
  const worker = new Worker(entry, { workerData: options, name: "firedrill-probes", execArgv: WORKER_ARGS });
  const ready = deferred<readonly ProbeRow[]>();
  const ended = deferred<void>();
  let stopping = false;
  worker.on("message", (message: FromWorker) => {
    switch (message.type) {
      case "ready":
        ready.resolve(message.rows);
        return;
      case "batch":
        for (const { row, shots } of message.samples) events.onSamples(row, shots);
        if (message.writes.length > 0) events.onSentinel(message.writes);
        return;
      case "stall":
        events.onStall(message.fromMs, message.toMs);
        return;
      case "error":
        ready.reject(startFailure(message.line));
        events.onError(message.line);
        return;
      case "stopped":
        ended.resolve();
        return;
    }
  });
  worker.on("error", (error) => {
    ready.reject(startFailure(errorLine(error)));
    ended.resolve();
    events.onError(errorLine(error));
  });
  worker.on("exit", () => {
    ready.reject(startFailure("the worker ended early"));
    ended.resolve();
    if (!stopping) events.onError("the probe worker ended early; nothing was sampled after that");
  });
  const abandon = (): void => {
    ready.reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    ended.resolve();
  };
  signal.addEventListener("abort", abandon, { once: true });
  // Nobody waits for it any more once the worker is ready.
  ready.promise.catch(() => undefined);

  const stop = async (stopSignal: AbortSignal): Promise<void> => {
    stopping = true;
    worker.postMessage({ type: "stop" } satisfies ToWorker, []);
    const giveUp = (): void => ended.resolve();
    if (stopSignal.aborted) giveUp();
    stopSignal.addEventListener("abort", giveUp, { once: true });
    await ended.promise;
    stopSignal.removeEventListener("abort", giveUp);
    await worker.terminate();
  };

  try {
    const rows = await ready.promise;
    const hasSentinel = options.sentinel !== null && options.connection.members.length > 0;
    return { rows, sentinelPrefix: hasSentinel ? sentinelPrefix(options.runId) : null, stop };
  } catch (error) {
    stopping = true;
    await worker.terminate();
    throw error;
  } finally {
    signal.removeEventListener("abort", abandon);
  }
}

function startFailure(line: string): FiredrillError {
  return new FiredrillError("TARGET_UNREACHABLE", `the probes could not start: ${line}`, {
    hint: "see whether the target is up; nothing was broken yet",
  });
}
