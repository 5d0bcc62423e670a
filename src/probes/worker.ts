// Entry of the probe worker: a thread of its own, so that nothing the runner does can delay a shot.
import { parentPort, workerData } from "node:worker_threads";
import type { FromWorker, ProbeSetup, ToWorker } from "./protocol.ts";
import { runSession, sessionError } from "./session.ts";

if (parentPort === null) throw new Error("this file is the entry of a worker thread");
const port = parentPort;
const stopping = new AbortController();
const send = (message: FromWorker): void => port.postMessage(message);

port.on("message", (message: ToWorker) => {
  if (message.type === "stop") stopping.abort();
});
// An error that nobody caught must not end the measuring, nor the run.
process.on("uncaughtException", (error) => send(sessionError(error)));

try {
  await runSession(workerData as ProbeSetup, send, stopping.signal);
} catch (error) {
  send(sessionError(error));
}
send({ type: "stopped" });
