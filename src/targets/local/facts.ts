import type { TargetFacts } from "../../core/target.ts";
import { processArguments } from "../../util/process-identity.ts";
import { formatSize } from "../../util/size.ts";
import type { SupervisorStatus } from "./control-protocol.ts";
import type { TargetFile } from "./target-file.ts";

/** etcd's defaults (server/embed/config.go: TickMs, ElectionMs; server/storage/backend: DefaultQuotaBytes). */
const DEFAULTS = { "heartbeat-interval": "100", "election-timeout": "1000", "quota-backend-bytes": "0" } as const;
const DEFAULT_QUOTA_BYTES = 2 * 1024 ** 3;

/** What recovery times depend on, as the running processes were really started; of a member that runs, else of the target's description. */
export function localFacts(target: TargetFile, processes: SupervisorStatus): TargetFacts {
  const pid = processes.members.find((member) => member.running)?.pid ?? null;
  const live = pid === null ? [] : processArguments(pid);
  const described = target.quotaBytes === null ? target.etcdArgs : [`--quota-backend-bytes=${target.quotaBytes}`, ...target.etcdArgs];
  const args = live.length > 0 ? live : described;
  const heartbeatMs = Number(flagOf(args, "heartbeat-interval") ?? DEFAULTS["heartbeat-interval"]);
  const electionMs = Number(flagOf(args, "election-timeout") ?? DEFAULTS["election-timeout"]);
  const quotaBytes = Number(flagOf(args, "quota-backend-bytes") ?? DEFAULTS["quota-backend-bytes"]);
  return {
    versions: { etcd: target.tools.version },
    constants: {
      "etcd heartbeat interval": `${heartbeatMs} ms`,
      "etcd election timeout": `${electionMs} ms (each member waits 1 to 2 times that)`,
      // server/config: ReqTimeout is 5 s for queue, disk and network, and two elections.
      "etcd request timeout": `${5000 + 2 * electionMs} ms`,
      "etcd backend quota": quotaBytes > 0 ? formatSize(quotaBytes) : `${formatSize(DEFAULT_QUOTA_BYTES)} (default)`,
      "etcd snapshot count": flagOf(args, "snapshot-count") ?? `${defaultSnapshotCount(target.tools.version)} (default)`,
    },
    limits: target.tools.limits,
    sources: { etcd: target.tools.source },
  };
}

/** The value of `--name=value` or `--name value`; the last one counts, as for etcd. Undefined when it is not given. */
export function flagOf(args: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  for (const [index, arg] of args.entries()) {
    const [flag, inline] = [arg.replace(/=.*$/s, ""), arg.includes("=") ? arg.slice(arg.indexOf("=") + 1) : undefined];
    if (flag === `--${name}` || flag === `-${name}`) value = inline ?? args[index + 1];
  }
  return value;
}

/** 100000 until 3.5, 10000 since 3.6 (CHANGELOG-3.6: DefaultSnapshotCount). */
function defaultSnapshotCount(version: string): number {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 3 || minor >= 6 ? 10_000 : 100_000;
}
