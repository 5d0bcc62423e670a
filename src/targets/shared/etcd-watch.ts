import { EtcdCallError, GRPC } from "./etcd-errors.ts";
import type { EtcdChannel, EtcdStream } from "./etcd-member.ts";
import { prefixRange, type WatchReply } from "./etcd-wire.ts";

interface WatchEvent {
  readonly type: "put" | "delete";
  readonly key: string;
  readonly value: string;
  readonly modRevision: number;
}

export interface WatchOptions {
  /** First revision to deliver; without it, what happens from now on. */
  readonly fromRevision?: number;
  /** The server has set the watch up at this revision. */
  readonly onCreated?: (revision: number) => void;
  readonly onEvent: (event: WatchEvent) => void;
  /** At most once; the watch is over. `compactRevision` above 0: what was asked for is compacted away, start there. */
  readonly onError: (error: EtcdCallError, compactRevision: number) => void;
}

/**
 * One watch on a stream of its own. It asks for `hasleader`: a member that loses the leader cancels it (after three election
 * time-outs) instead of staying silent for ever.
 */
export function openWatch(channel: EtcdChannel, prefix: string, options: WatchOptions): Disposable {
  let stream: EtcdStream<WatchReply> | undefined;
  let over = false;
  const finish = (error: EtcdCallError, compactRevision: number): void => {
    if (over) return;
    over = true;
    stream?.cancel();
    options.onError(error, compactRevision);
  };
  const receive = (reply: WatchReply): void => {
    if (over) return;
    if (reply.canceled) {
      const reason = reply.cancel_reason === "" ? "the server cancelled the watch" : reply.cancel_reason;
      finish(canceledError(channel, reason), Number(reply.compact_revision));
      return;
    }
    if (reply.created) options.onCreated?.(Number(reply.header.revision));
    for (const event of reply.events) {
      options.onEvent({
        type: event.type.toLowerCase() === "delete" ? "delete" : "put",
        key: event.kv.key.toString(),
        value: event.kv.value.toString(),
        modRevision: Number(event.kv.mod_revision),
      });
    }
  };
  const open = async (): Promise<void> => {
    const opened = await channel.duplex<WatchReply>("Watch", "Watch", { hasleader: "true" });
    stream = opened;
    opened.onEnd((error) => finish(error ?? canceledError(channel, "the server ended the watch stream"), 0));
    opened.onData(receive);
    // Disposed while it was being opened.
    if (over) opened.cancel();
    else opened.write({ create_request: { ...prefixRange(prefix), start_revision: options.fromRevision ?? 0 } });
  };
  open().catch((error: unknown) => finish(error instanceof EtcdCallError ? error : channel.errorOf("Watch", error), 0));
  return {
    [Symbol.dispose]: () => {
      over = true;
      stream?.cancel();
    },
  };
}

function canceledError(channel: EtcdChannel, details: string): EtcdCallError {
  return channel.errorOf("Watch", Object.assign(new Error(details), { code: GRPC.cancelled, details }));
}
