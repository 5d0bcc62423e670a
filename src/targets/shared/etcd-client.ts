// The only importer of etcd3 and cockatiel, loaded when first needed: gRPC costs about 200 ms of start-up.
import { readFileSync } from "node:fs";
import { noop } from "cockatiel";
import { Etcd3, type ICallable } from "etcd3";
import { errorLine, FiredrillError } from "../../core/errors.ts";
import type { Connection } from "../../core/target.ts";
import { wallNow } from "../../util/clock.ts";
import { EtcdCallError, GRPC } from "./etcd-errors.ts";
import { type EtcdChannel, type EtcdStream, type MemberClient, memberClient } from "./etcd-member.ts";
import type { Service } from "./etcd-wire.ts";

export { classifyEtcdError } from "./etcd-errors.ts";
export type { EtcdMember, MemberClient, MemberStatus } from "./etcd-member.ts";

/** One client for each member, opened when first asked for; nothing is shared between members, nothing is retried. */
export interface EtcdClients extends Disposable {
  readonly of: (member: string) => MemberClient;
  readonly names: readonly string[];
  readonly connection: Connection;
}

/**
 * How a channel behaves. Reconnecting backs off 20 to 50 ms instead of gRPC's 1 to 120 s, so that our own waiting is not measured as
 * the member's. Pings every 10 s find a peer that went away silently; etcd drops clients that ping more often than every 5 s
 * (--grpc-keepalive-min-time). No proxy from the environment, no retries, no sharing of sockets between channels.
 */
const CHANNEL_OPTIONS = {
  "grpc.initial_reconnect_backoff_ms": 20,
  "grpc.min_reconnect_backoff_ms": 20,
  "grpc.max_reconnect_backoff_ms": 50,
  "grpc.use_local_subchannel_pool": 1,
  // Members are dialled by address; a server name that is an address is against RFC 6066 and Node warns of it.
  "grpc.ssl_target_name_override": "localhost",
  "grpc.enable_http_proxy": 0,
  "grpc.enable_retries": 0,
  "grpc.service_config_disable_resolution": 1,
  "grpc.keepalive_time_ms": 10_000,
  "grpc.keepalive_timeout_ms": 3_000,
  "grpc.keepalive_permit_without_calls": 1,
  // A page of keys may be larger than gRPC's 4 MiB.
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
};

/** Connects to each member on its own. Nothing is sent before the first call. */
export function connectEtcd(connection: Connection): EtcdClients {
  const credentials = connection.tls === null ? undefined : readCredentials(connection.tls);
  const open = new Map<string, { readonly etcd: Etcd3; readonly client: MemberClient }>();
  let closed = false;
  return {
    connection,
    names: connection.members.map((member) => member.name),
    of: (name) => {
      const known = open.get(name);
      if (known !== undefined) return known.client;
      const member = connection.members.find((each) => each.name === name);
      if (member === undefined || closed) {
        throw new FiredrillError("TARGET_UNREACHABLE", closed ? "the etcd client is closed" : `no etcd member is named "${name}"`, {
          hint: `members are ${connection.members.map((each) => each.name).join(", ")}`,
        });
      }
      const etcd = new Etcd3({
        hosts: member.clientUrl,
        ...(credentials === undefined ? {} : { credentials }),
        grpcOptions: CHANNEL_OPTIONS,
        // etcd3's default opens a circuit for 5 s after three failures and repeats puts: both would be measured as the member's doing.
        faultHandling: { host: () => noop, global: noop },
      });
      const client = memberClient(name, openChannel(name, etcd), { url: member.clientUrl, tls: connection.tls });
      open.set(name, { etcd, client });
      return client;
    },
    [Symbol.dispose]: () => {
      closed = true;
      for (const { etcd } of open.values()) etcd.close();
      open.clear();
    },
  };
}

function readCredentials(tls: NonNullable<Connection["tls"]>): { rootCertificate: Buffer; privateKey: Buffer; certChain: Buffer } {
  try {
    return { rootCertificate: readFileSync(tls.caFile), privateKey: readFileSync(tls.keyFile), certChain: readFileSync(tls.certFile) };
  } catch (error) {
    throw new FiredrillError("TARGET_UNREACHABLE", `the etcd client certificate cannot be read: ${errorLine(error)}`, {
      hint: "see that the target is up and that its files belong to you",
      cause: error,
    });
  }
}

/** A generated gRPC service client: one function a method, under the method's name in rpc.proto. */
type RawService = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
interface RawError {
  readonly code: number;
  readonly details: string;
}
interface RawMetadata {
  readonly clone: () => RawMetadata;
  readonly set: (key: string, value: string) => void;
}

function openChannel(member: string, etcd: Etcd3): EtcdChannel {
  // Calls go straight to the generated clients: the library's own wrappers close the whole channel after each failure (a new TLS
  // handshake for every failed shot), name HashKV wrongly, drop the token of a snapshot call and cannot ask for `hasleader`.
  const pool: ICallable<unknown> = etcd.maintenance["client"];
  const fail = (method: string, error: unknown): EtcdCallError => {
    if (isRawError(error)) return new EtcdCallError(method, member, error.code, error.details);
    return new EtcdCallError(method, member, GRPC.unavailable, `etcd client is closed: ${errorLine(error)}`);
  };
  const within = <T>(service: Service, use: (client: RawService, metadata: RawMetadata) => T): Promise<T> =>
    pool.withConnection(service, ({ client, metadata }) => use(client as unknown as RawService, metadata as unknown as RawMetadata));
  const stream = async <T>(
    service: Service,
    method: string,
    start: (invoke: RawService[string] | undefined, metadata: RawMetadata) => unknown,
  ): Promise<EtcdStream<T>> => {
    try {
      const raw = (await within(service, (client, metadata) => ({ stream: start(client[method]?.bind(client), metadata.clone()) }))).stream;
      const events = raw as { on: (event: string, listener: (value: unknown) => void) => void };
      const typed = raw as EtcdStream<T>;
      // A cancelled stream ends with an error; without a listener that would end the process.
      events.on("error", () => undefined);
      return {
        onData: (listener) => events.on("data", (value) => listener(value as T)),
        onEnd: (listener) => {
          events.on("error", (error) => listener(fail(method, error)));
          events.on("end", () => listener(null));
        },
        write: (message) => typed.write(message),
        cancel: () => typed.cancel(),
        [Symbol.asyncIterator]: () => typed[Symbol.asyncIterator](),
      };
    } catch (error) {
      throw fail(method, error);
    }
  };
  return {
    unary: <T>(service: Service, method: string, request: object, deadlineMs: number) =>
      new Promise<T>((resolve, reject) => {
        const options = { deadline: wallNow().getTime() + deadlineMs };
        within(service, (client, metadata) => {
          client[method]?.(request, metadata, options, (error: unknown, reply: T) => {
            if (error === null || error === undefined) resolve(reply);
            else reject(fail(method, error));
          });
        }).catch((error: unknown) => reject(fail(method, error)));
      }),
    serverStream: (service, method, request) => stream(service, method, (invoke, metadata) => invoke?.(request, metadata, {})),
    duplex: (service, method, headers) =>
      stream(service, method, (invoke, metadata) => {
        for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
        return invoke?.(metadata, {});
      }),
    errorOf: fail,
  };
}

function isRawError(error: unknown): error is RawError {
  return error instanceof Error && "code" in error && typeof error.code === "number" && "details" in error;
}
