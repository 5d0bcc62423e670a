import { readFileSync } from "node:fs";
import { get as getHttp, type IncomingMessage } from "node:http";
import { get as getHttps } from "node:https";
import { errorLine } from "../../core/errors.ts";
import type { Connection } from "../../core/target.ts";
import { deadline } from "../../util/clock.ts";
import { EtcdCallError, GRPC } from "./etcd-errors.ts";

/** The Prometheus page of the member behind a client URL, on a connection of its own. */
export async function readMetrics(
  member: string,
  http: { readonly url: string; readonly tls: Connection["tls"] },
  deadlineMs: number,
): Promise<string> {
  using limit = deadline(`/metrics at "${member}"`, deadlineMs);
  const url = new URL("/metrics", http.url);
  try {
    return await new Promise<string>((resolve, reject) => {
      const received = (response: IncomingMessage): void => {
        if (response.statusCode !== 200) reject(new Error(`HTTP ${response.statusCode ?? "?"}`));
        textOf(response).then(resolve, reject);
      };
      const request =
        http.tls === null
          ? getHttp(url, { signal: limit.signal, agent: false }, received)
          : getHttps(
              url,
              {
                signal: limit.signal,
                agent: false,
                ca: readFileSync(http.tls.caFile),
                cert: readFileSync(http.tls.certFile),
                key: readFileSync(http.tls.keyFile),
              },
              received,
            );
      request.on("error", reject);
    });
  } catch (error) {
    const code = limit.expired() ? GRPC.deadlineExceeded : GRPC.unavailable;
    throw new EtcdCallError("GET /metrics", member, code, limit.expired() ? "deadline exceeded" : errorLine(error));
  }
}

async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

/** The value of an unlabelled metric; undefined when the page does not have it. */
export function metricValue(page: string, name: string): number | undefined {
  for (const line of page.split("\n")) {
    if (!line.startsWith(`${name} `)) continue;
    const value = Number(line.slice(name.length + 1).split(" ")[0]);
    return Number.isFinite(value) ? value : undefined;
  }
  return undefined;
}
