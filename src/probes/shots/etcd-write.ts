import { SHOT } from "../../core/probe.ts";
import { connectEtcd } from "../../targets/shared/etcd-client.ts";
import type { Shooter, ShotContext } from "./shooter.ts";

/** Puts the row's key. */
export function etcdWriteShots(context: ShotContext): Shooter {
  const clients = connectEtcd(context.connection);
  const client = clients.of(context.endpoint);
  return {
    fire: async (n) => {
      await client.put(context.key, String(n), context.deadlineMs);
      return SHOT.ok;
    },
    [Symbol.dispose]: () => clients[Symbol.dispose](),
  };
}
