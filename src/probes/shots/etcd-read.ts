import { SHOT } from "../../core/probe.ts";
import { connectEtcd } from "../../targets/shared/etcd-client.ts";
import type { Shooter, ShotContext } from "./shooter.ts";

/** Reads the row's key, which need not exist. */
export function etcdReadShots(context: ShotContext): Shooter {
  const clients = connectEtcd(context.connection);
  const client = clients.of(context.endpoint);
  const serializable = context.params["serializable"] === true;
  return {
    fire: async () => {
      await client.get(context.key, { serializable }, context.deadlineMs);
      return SHOT.ok;
    },
    [Symbol.dispose]: () => clients[Symbol.dispose](),
  };
}
