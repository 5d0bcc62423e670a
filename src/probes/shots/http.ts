import { SHOT } from "../../core/probe.ts";
import { deadline } from "../../util/clock.ts";
import { networkCode } from "./network-code.ts";
import type { Shooter, ShotContext } from "./shooter.ts";

/** GETs a URL; the status decides. */
export function httpShots(context: ShotContext): Shooter {
  const url = String(context.params["url"]);
  const expected = Number(context.params["status"] ?? 200);
  return {
    fire: async () => {
      using limit = deadline(`GET ${url}`, context.deadlineMs);
      try {
        const response = await fetch(url, { signal: limit.signal, redirect: "manual" });
        await response.body?.cancel();
        return response.status === expected ? SHOT.ok : SHOT.other;
      } catch (error) {
        return limit.expired() ? SHOT.deadline : networkCode(error);
      }
    },
    [Symbol.dispose]: () => undefined,
  };
}
