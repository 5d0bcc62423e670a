import { SHOT, type ShotCode } from "../../core/probe.ts";

/** Node's error codes for "nobody took the connection"; see the table of common system errors in Node's errors page. */
const REFUSED: ReadonlySet<string> = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_SOCKET"]);

/** What an error of a socket or of fetch says about the other side. */
export function networkCode(error: unknown): ShotCode {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    if ("code" in each && typeof each.code === "string" && REFUSED.has(each.code)) return SHOT.refused;
  }
  return SHOT.other;
}
