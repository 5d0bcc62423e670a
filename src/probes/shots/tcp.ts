import { once } from "node:events";
import { connect } from "node:net";
import { SHOT } from "../../core/probe.ts";
import { deadline } from "../../util/clock.ts";
import { networkCode } from "./network-code.ts";
import type { Shooter, ShotContext } from "./shooter.ts";

/** Opens a connection and closes it. */
export function tcpShots(context: ShotContext): Shooter {
  const host = String(context.params["host"]);
  const port = Number(context.params["port"]);
  return {
    fire: async () => {
      using limit = deadline(`connecting to ${host}:${port}`, context.deadlineMs);
      const socket = connect({ host, port });
      socket.on("error", () => undefined);
      try {
        await once(socket, "connect", { signal: limit.signal });
        return SHOT.ok;
      } catch (error) {
        return limit.expired() ? SHOT.deadline : networkCode(error);
      } finally {
        socket.destroy();
      }
    },
    [Symbol.dispose]: () => undefined,
  };
}
