import { Resolver } from "node:dns/promises";
import { SHOT, type ShotCode } from "../../core/probe.ts";
import { deadline } from "../../util/clock.ts";
import type { Shooter, ShotContext } from "./shooter.ts";

/** Looks a name up; one address of either family is enough. A resolver for each shot, so that none waits for another's time-out. */
export function dnsShots(context: ShotContext): Shooter {
  const name = String(context.params["name"]);
  const server = context.params["server"];
  return {
    fire: async () => {
      using limit = deadline(`looking up ${name}`, context.deadlineMs);
      const resolver = new Resolver({ timeout: context.deadlineMs, tries: 1 });
      if (typeof server === "string") resolver.setServers([server]);
      const late = new Promise<ShotCode>((resolve) => {
        limit.signal.addEventListener("abort", () => resolve(SHOT.deadline), { once: true });
      });
      const found = Promise.any([resolver.resolve4(name), resolver.resolve6(name)]).then(() => SHOT.ok, codeOf);
      try {
        return await Promise.race([found, late]);
      } finally {
        resolver.cancel();
      }
    },
    [Symbol.dispose]: () => undefined,
  };
}

function codeOf(error: unknown): ShotCode {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code = first instanceof Error && "code" in first ? first.code : undefined;
  if (code === "ECONNREFUSED") return SHOT.refused;
  return code === "ETIMEOUT" ? SHOT.deadline : SHOT.other;
}
