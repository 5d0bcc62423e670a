import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { findDialler, isListening, listenerOn, parseSockets } from "./proc-net.ts";

let child: ChildProcess | undefined;
let server: Server | undefined;
let socket: Socket | undefined;

afterEach(async () => {
  child?.kill("SIGKILL");
  socket?.destroy();
  await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  child = server = socket = undefined;
});

test("a row of the kernel's table", () => {
  const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 123456 1 0000000000000000 20 4 30 10 -1
   1: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1
`;
  expect(parseSockets(text)).toEqual([
    { localPort: 8080, remotePort: 50_000, listening: false, inode: 123_456 },
    { localPort: 22, remotePort: 0, listening: true, inode: 99 },
  ]);
});

test("the process that dialled is found by its source port, and only among those asked about", async () => {
  const arrived = Promise.withResolvers<Socket>();
  server = createServer((each) => arrived.resolve(each));
  const port = await new Promise<number>((resolve) => {
    server?.listen(0, "127.0.0.1", () => {
      const address = server?.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  child = spawn(process.execPath, ["-e", `require("node:net").connect(${port}, "127.0.0.1")`], { stdio: "ignore" });
  const pid = child.pid ?? 0;
  socket = await arrived.promise;
  const sourcePort = socket.remotePort ?? 0;
  expect(await findDialler(sourcePort, port, [process.pid, pid])).toEqual({ kind: "pid", pid });
  expect(await findDialler(sourcePort, port, [process.pid])).toEqual({ kind: "other" });
  expect(await findDialler(1, port, [process.pid, pid])).toEqual({ kind: "gone" });
  expect(await isListening(port)).toBe(true);
  expect(await listenerOn(port)).toContain(`(pid ${process.pid})`);
});
