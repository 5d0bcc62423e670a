import { SHOT } from "../../core/probe.ts";
import { connectEtcd } from "../../targets/shared/etcd-client.ts";
import type { Shooter, ShotContext } from "./shooter.ts";

/** Asks the member for its status: it must answer, know a leader and be a voter. */
export function etcdStatusShots(context: ShotContext): Shooter {
  const clients = connectEtcd(context.connection);
  const client = clients.of(context.endpoint);
  return {
    fire: async () => {
      const status = await client.status(context.deadlineMs);
      if (status.leaderId === null) return SHOT.noLeader;
      return status.learner ? SHOT.other : SHOT.ok;
    },
    [Symbol.dispose]: () => clients[Symbol.dispose](),
  };
}
