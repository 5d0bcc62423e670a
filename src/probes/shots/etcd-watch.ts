import { SHOT, type ShotCode } from "../../core/probe.ts";
import { classifyEtcdError, connectEtcd } from "../../targets/shared/etcd-client.ts";
import { deadline, sleep } from "../../util/clock.ts";
import { deferred } from "../../util/deferred.ts";
import type { Shooter, ShotContext } from "./shooter.ts";

/** Pause before a watch that ended is opened again. */
const REOPEN_MS = 50;

/** Writes through any member and waits for the watch on this row's member to deliver. A watch that ends is opened again where it was. */
export function etcdWatchShots(context: ShotContext): Shooter {
  const clients = connectEtcd(context.connection);
  const watched = clients.of(context.endpoint);
  const ending = new AbortController();
  const waiting = new Map<string, () => void>();
  let writer = 0;
  let nextRevision = 0;
  let watch: Disposable | undefined;
  const created = deferred<void>();

  const open = (): void => {
    watch = watched.watch(`${context.key}/`, {
      ...(nextRevision === 0 ? {} : { fromRevision: nextRevision }),
      onCreated: () => created.resolve(),
      onEvent: (event) => {
        nextRevision = event.modRevision + 1;
        waiting.get(event.value)?.();
      },
      onError: (_error, compactRevision) => {
        nextRevision = Math.max(nextRevision, compactRevision);
        sleep(REOPEN_MS, ending.signal).then(open, () => undefined);
      },
    });
  };
  open();

  return {
    fire: async (n): Promise<ShotCode> => {
      const value = String(n);
      using limit = deadline("watch delivery", context.deadlineMs, ending.signal);
      const delivered = new Promise<ShotCode>((resolve) => {
        waiting.set(value, () => resolve(SHOT.ok));
        limit.signal.addEventListener("abort", () => resolve(SHOT.deadline), { once: true });
      });
      // Before the very first watch stands, a write would be missed for no fault of the target's.
      if ((await Promise.race([created.promise, delivered])) === SHOT.deadline) return SHOT.deadline;
      const through = writer;
      const member = clients.of(clients.names[through % clients.names.length] ?? context.endpoint);
      const written = member.put(`${context.key}/n`, value, context.deadlineMs).then(
        () => delivered,
        (error: unknown) => {
          if (writer === through) writer += 1;
          return classifyEtcdError(error).shot;
        },
      );
      try {
        return await Promise.race([delivered, written]);
      } finally {
        waiting.delete(value);
      }
    },
    [Symbol.dispose]: () => {
      ending.abort();
      watch?.[Symbol.dispose]();
      clients[Symbol.dispose]();
    },
  };
}
