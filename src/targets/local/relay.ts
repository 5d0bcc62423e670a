// One member's peer port as its peers see it. Bytes pass through untouched: TLS stays between the members.
import { connect, createServer, type Server, type Socket } from "node:net";
import { FiredrillError } from "../../core/errors.ts";
import type { Link, Links } from "./links.ts";
import { openPipe } from "./pipe.ts";
import type { Dialler } from "./proc-net.ts";

const LOOPBACK = "127.0.0.1";

export interface RelayOptions {
  readonly member: string;
  /** The advertised port. */
  readonly port: number;
  /** Where the member really listens. */
  readonly memberPort: number;
  readonly links: Links;
  /** Who holds the other end of a connection; a member's name, "other" or "gone". */
  readonly identify: (sourcePort: number, relayPort: number) => Promise<{ readonly member: string } | Exclude<Dialler, { kind: "pid" }>>;
  readonly log: (line: string) => void;
}

export interface Relay extends AsyncDisposable {
  readonly port: number;
}

/** Listens until disposed. Throws PORT_TAKEN when the port is in use. */
export async function openRelay(options: RelayOptions): Promise<Relay> {
  const open = new Set<Socket>();
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => open.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    keep(client);
    void accept(client, options, keep).catch((error: unknown) => {
      options.log(`relay of ${options.member}: ${String(error)}`);
      client.destroy();
    });
  });
  await listen(server, options);
  return {
    port: options.port,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

async function listen(server: Server, options: RelayOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new FiredrillError("PORT_TAKEN", `the relay of ${options.member} cannot listen on port ${options.port}: ${error.message}`, {
          hint: "end what listens there, or choose other ports",
          cause: error,
        }),
      ),
    );
    server.listen({ host: LOOPBACK, port: options.port, exclusive: true }, resolve);
  });
  server.on("error", (error) => options.log(`relay of ${options.member}: ${error.message}`));
}

async function accept(client: Socket, options: RelayOptions, keep: (socket: Socket) => void): Promise<void> {
  // Peers of a dead member dial it many times a second, and finding out who dialled reads a good part of /proc: while nothing is cut,
  // the member is dialled first, so that a refusal costs nothing that would slow the links of the living.
  const early = options.links.anyCutTo(options.member) ? null : await dial(options, keep);
  if (early === "refused") {
    client.resetAndDestroy();
    return;
  }
  const sourcePort = client.remotePort;
  const dialler = sourcePort === undefined ? ({ kind: "gone" } as const) : await options.identify(sourcePort, options.port);
  if (client.destroyed || ("kind" in dialler && dialler.kind === "gone")) {
    client.destroy();
    early?.destroy();
    return;
  }
  const link = options.links.of("member" in dialler ? dialler.member : null, options.member);
  if (link.isCut()) {
    early?.destroy();
    holdBack(client, link);
    return;
  }
  const upstream = early ?? (await dial(options, keep));
  if (upstream === "refused") {
    client.resetAndDestroy();
    return;
  }
  join(client, upstream, link);
}

/** Connects to the member; refused as if the relay were not there when it is dead. */
async function dial(options: RelayOptions, keep: (socket: Socket) => void): Promise<Socket | "refused"> {
  const upstream = connect({ host: LOOPBACK, port: options.memberPort, allowHalfOpen: true });
  keep(upstream);
  const connected = await new Promise<boolean>((resolve) => {
    upstream.once("connect", () => resolve(true));
    upstream.once("close", () => resolve(false));
  });
  return connected ? upstream : "refused";
}

/** A connection made through a cut: it stays open and silent, and is gone when the link heals, so that the dialler tries again. */
function holdBack(client: Socket, link: Link): void {
  link.blocked();
  const place = link.join({
    changed: () => {
      if (!link.isCut()) client.destroy();
    },
  });
  client.on("close", () => place[Symbol.dispose]());
  // Read and thrown away, because only a socket that is read tells when the other side gives up.
  client.on("data", () => undefined);
  client.on("end", () => client.destroy());
  client.resume();
}

function join(client: Socket, upstream: Socket, link: Link): void {
  const pipes = [openPipe(client, upstream, link), openPipe(upstream, client, link)];
  let lost = false;
  const settle = (): void => {
    // Through a cut the other side learns nothing, also not that this side is gone.
    if (lost && !link.isCut()) for (const socket of [client, upstream]) socket.destroy();
    if (!client.closed || !upstream.closed) return;
    for (const pipe of pipes) pipe[Symbol.dispose]();
    place[Symbol.dispose]();
  };
  const changed = (): void => {
    for (const pipe of pipes) pipe.changed();
    settle();
  };
  const place = link.join({ changed });
  for (const socket of [client, upstream]) {
    const gone = (): void => {
      // Closed in order: what it sent is still on its way, its end included. Otherwise the connection broke.
      lost ||= !(socket.readableEnded && socket.writableFinished);
      settle();
    };
    if (socket.closed) gone();
    else socket.on("close", gone);
  }
  // The link may have been cut while the connection was being made.
  changed();
}
