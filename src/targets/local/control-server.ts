import { chmodSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { errorLine, FiredrillError } from "../../core/errors.ts";
import { type Json, parseJson } from "../../util/json.ts";
import { type Reply, type Request, requestSchema } from "./control-protocol.ts";
import { makeSocketFolder } from "./socket-path.ts";

/** The largest request taken: an undo of a five-member restore with its operations is a few KiB. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

const LISTEN_TRIES = 3;

export interface ControlServer {
  /** Takes no more requests. Does not wait for the answer being given just now. */
  readonly close: () => void;
}

/** Listens on a unix socket that only this user can open. */
export async function serveControl(
  socket: string,
  handle: (request: Request) => Promise<Json>,
  log: (line: string) => void,
): Promise<ControlServer> {
  const respond = async (connection: Socket, line: string): Promise<void> => {
    const reply = await answer(line, handle);
    if (!reply.ok) log(`refused: ${reply.message}`);
    connection.end(`${JSON.stringify(reply)}\n`);
  };
  const server = createServer((connection) => {
    connection.on("error", () => connection.destroy());
    readLine(connection, (line) => {
      void respond(connection, line);
    });
  });
  for (let attempt = 1; ; attempt++) {
    makeSocketFolder(socket);
    rmSync(socket, { force: true });
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(socket, () => resolve());
      });
      break;
    } catch (error) {
      // The supervisor of the last other target takes the folder with it when it goes, perhaps just now.
      if (attempt === LISTEN_TRIES || !(error instanceof Error && (error as NodeJS.ErrnoException).code === "ENOENT")) throw error;
    }
  }
  chmodSync(socket, 0o600);
  return { close: () => void server.close() };
}

function readLine(connection: Socket, onLine: (line: string) => void): void {
  let text = "";
  connection.setEncoding("utf8");
  connection.on("data", (part: string) => {
    text += part;
    const end = text.indexOf("\n");
    if (end >= 0) {
      connection.removeAllListeners("data");
      onLine(text.slice(0, end));
    } else if (text.length > MAX_REQUEST_BYTES) connection.destroy();
  });
}

async function answer(line: string, handle: (request: Request) => Promise<Json>): Promise<Reply> {
  const parsed = requestSchema.safeParse(parseJson(line));
  if (!parsed.success) return { ok: false, code: "USAGE", message: `not a request: ${parsed.error.message}`, hint: null };
  try {
    return { ok: true, result: await handle(parsed.data) };
  } catch (error) {
    if (error instanceof FiredrillError) return { ok: false, code: error.code, message: error.message, hint: error.hint ?? null };
    return { ok: false, code: "TARGET_UNREACHABLE", message: errorLine(error), hint: null };
  }
}
