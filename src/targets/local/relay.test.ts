import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { monoMs } from "../../util/clock.ts";
import { createLinks, type Links } from "./links.ts";
import { pickFreePorts } from "./ports.ts";
import { openRelay, type Relay } from "./relay.ts";

// A relay of m2 before a server that says back what it hears. The dialler is whoever `dialler` says.
const MEMBERS = ["m1", "m2", "m3"];
let links: Links;
let relay: Relay;
let server: Server;
let memberPort: number;
let dialler: string | null;
let accepted: Socket[];
let clients: Socket[];

const state = (change: object) => ({ from: "m1", to: "m2", cut: false, delayMs: 0, jitterMs: 0, rateBytes: 0, ...change });
const view = () => links.views().find(({ from, to }) => from === "m1" && to === "m2");

beforeEach(async () => {
  const [port = 0, freePort = 0] = await pickFreePorts(2, Math.random);
  memberPort = freePort;
  links = createLinks(MEMBERS, 1);
  dialler = "m1";
  accepted = [];
  clients = [];
  server = await listen(memberPort);
  const identify = async () => (dialler === null ? ({ kind: "other" } as const) : { member: dialler });
  relay = await openRelay({ member: "m2", port, memberPort, links, identify, log: () => undefined });
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  await relay[Symbol.asyncDispose]();
  for (const socket of accepted) socket.destroy();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

function listen(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const echo = createServer((socket) => {
      accepted.push(socket);
      socket.on("error", () => undefined);
      socket.pipe(socket);
    });
    echo.listen(port, "127.0.0.1", () => resolve(echo));
  });
}

interface Client {
  readonly socket: Socket;
  readonly text: () => string;
  readonly until: (text: string) => Promise<void>;
  readonly closed: Promise<string>;
}

function dial(): Client {
  const socket = connect(relay.port, "127.0.0.1");
  clients.push(socket);
  let text = "";
  let check = (): void => undefined;
  socket.on("data", (bytes: Buffer) => {
    text += bytes.toString("latin1");
    check();
  });
  const closed = new Promise<string>((resolve) => {
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    socket.on("close", () => resolve("closed"));
  });
  const until = (wanted: string): Promise<void> =>
    new Promise((resolve) => {
      check = () => {
        if (text.includes(wanted)) resolve();
      };
      check();
    });
  return { socket, text: () => text, until, closed };
}

/** Long enough for bytes to get through on a busy machine, were they let through. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

test("bytes pass both ways, are counted, and an end is passed on", async () => {
  const client = dial();
  client.socket.write("hello");
  await client.until("hello");
  expect(view()).toMatchObject({ carriedBytes: 10, blocked: 0 });
  expect(view()?.heldMs).not.toBeNull();
  client.socket.end();
  expect(await client.closed).toBe("closed");
});

test("a megabyte arrives whole and in order through delay, jitter and rate", async () => {
  links.set([state({ delayMs: 5, jitterMs: 5, rateBytes: 20_000_000 })]);
  const client = dial();
  const sent = Array.from({ length: 100_000 }, (_, index) => String(index).padStart(10, "0")).join("");
  client.socket.write(`${sent}END`);
  await client.until("END");
  expect(client.text() === `${sent}END`).toBe(true);
});

test("a delay holds bytes for at least that long each way", async () => {
  links.set([state({ delayMs: 60 })]);
  const client = dial();
  await new Promise((resolve) => client.socket.once("connect", resolve));
  const sentMs = monoMs();
  client.socket.write("late");
  await client.until("late");
  expect(monoMs() - sentMs).toBeGreaterThanOrEqual(119);
  expect(view()?.heldMs).toBeGreaterThanOrEqual(59);
});

test("taking a long delay away lets go of what it still holds", async () => {
  links.set([state({ delayMs: 3_600_000 })]);
  const client = dial();
  client.socket.write("free");
  await aWhile();
  expect(client.text()).toBe("");
  links.set([state({})]);
  await client.until("free");
});

test("a cut freezes an open connection both ways, and it goes on where it was", async () => {
  const client = dial();
  client.socket.write("one");
  await client.until("one");
  links.set([state({ cut: true })]);
  client.socket.write("two");
  accepted[0]?.write("back");
  await aWhile();
  expect(client.text()).toBe("one");
  expect(client.socket.destroyed).toBe(false);
  links.set([state({})]);
  await client.until("two");
  await client.until("back");
});

test("what a slow link holds when it is cut stays held", async () => {
  links.set([state({ delayMs: 100 })]);
  const client = dial();
  client.socket.write("late");
  // Connected through the relay, its bytes are held there or not read yet: either way none may pass now.
  while (accepted.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  links.set([state({ cut: true, delayMs: 100 })]);
  await aWhile();
  await aWhile();
  expect(view()?.carriedBytes).toBe(0);
  links.set([state({})]);
  await client.until("late");
});

test("a new connection through a cut stays silent, is counted, and ends when the cut heals", async () => {
  links.set([state({ cut: true })]);
  const client = dial();
  client.socket.write("hello?");
  await aWhile();
  expect(client.text()).toBe("");
  expect(accepted).toHaveLength(0);
  expect(view()?.blocked).toBe(1);
  links.set([state({})]);
  expect(await client.closed).toBe("closed");
});

test("through a cut, one side learns of the other's end only when it heals", async () => {
  const client = dial();
  client.socket.write("one");
  await client.until("one");
  links.set([state({ cut: true })]);
  accepted[0]?.resetAndDestroy();
  await aWhile();
  expect(client.socket.destroyed).toBe(false);
  links.set([state({})]);
  await client.closed;
});

test("another member's connection and a stranger's pass a cut that is not theirs", async () => {
  links.set([state({ cut: true })]);
  for (const who of ["m3", null]) {
    dialler = who;
    const client = dial();
    client.socket.write("hello");
    await client.until("hello");
  }
});

test("the dialler of a member that is down is refused", async () => {
  await new Promise<void>((resolve) => server.close(() => resolve()));
  expect(await dial().closed).toBe("ECONNRESET");
  server = await listen(memberPort);
});
