import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { FiredrillError } from "../../core/errors.ts";
import { listenerOn } from "./proc-net.ts";

/** Below: services that people run. */
const LOWEST = 10_240;
/** From here on Kubernetes hands out node ports (its default --service-node-port-range). */
const HIGHEST = 30_000;
const TRIES = 2_000;

/** True when nothing on this machine listens where a member of ours would. */
export async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * `count` ports that are free now. Taken from below the kernel's own range for outgoing connections: a member that is down would else
 * find its port used as the source of somebody's connection, or a client that keeps dialling the dead port would reach itself.
 */
export async function pickFreePorts(count: number, random: () => number): Promise<readonly number[]> {
  const below = Math.min(HIGHEST, outgoingPortsFrom());
  const picked = new Set<number>();
  for (let tried = 0; picked.size < count && tried < TRIES; tried++) {
    const port = LOWEST + Math.floor(random() * (below - LOWEST));
    if (!picked.has(port) && (await isFree(port))) picked.add(port);
  }
  if (picked.size < count) {
    throw new FiredrillError("PORT_TAKEN", `no ${count} free ports on 127.0.0.1 between ${LOWEST} and ${below - 1}`, {
      hint: "take down targets that are not needed: firedrill down",
    });
  }
  return [...picked];
}

/** `count` ports from `basePort` on. Throws PORT_TAKEN naming the first that is in use, and by whom. */
export async function fixedPorts(basePort: number, count: number): Promise<readonly number[]> {
  const ports = Array.from({ length: count }, (_, index) => basePort + index);
  for (const port of ports) {
    if (port > 65_535) {
      throw new FiredrillError("USAGE", `a base port of ${basePort} leaves no room for ${count} ports`, {
        hint: `use at most ${65_536 - count}`,
      });
    }
    if (await isFree(port)) continue;
    const who = await listenerOn(port);
    throw new FiredrillError("PORT_TAKEN", `port ${port} on 127.0.0.1 is in use${who === null ? "" : ` by ${who}`}`, {
      hint: "choose another base port, or leave it out and free ports are found",
    });
  }
  return ports;
}

/** First port the kernel uses for outgoing connections; its documented default where it cannot be read (ip-sysctl). */
function outgoingPortsFrom(): number {
  try {
    const low = Number(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").trim().split(/\s+/)[0]);
    return low > LOWEST + 1_000 ? low : HIGHEST;
  } catch {
    return HIGHEST;
  }
}
