// etcdctl reads every global flag from the environment as well, and refuses to run when a flag and its variable are both set. What
// the user has set for their own cluster must neither break a drill nor point it at that cluster.
// Names: the "global options" of `etcdctl --help`, 3.4 to 3.6, in the tool's own flag-to-variable form.
const GLOBAL_FLAGS = [
  "CACERT",
  "CERT",
  "COMMAND_TIMEOUT",
  "DEBUG",
  "DIAL_TIMEOUT",
  "DISCOVERY_SRV",
  "DISCOVERY_SRV_NAME",
  "ENDPOINTS",
  "HEX",
  "INSECURE_DISCOVERY",
  "INSECURE_SKIP_TLS_VERIFY",
  "INSECURE_TRANSPORT",
  "KEEPALIVE_TIME",
  "KEEPALIVE_TIMEOUT",
  "KEY",
  "MAX_RECV_BYTES",
  "MAX_REQUEST_BYTES",
  "PASSWORD",
  "USER",
  "WRITE_OUT",
] as const;

/** Environment for etcdctl and etcdutl: nothing of the user's own cluster. Without ETCDCTL_API 3.4 speaks v3, and 3.5 does not complain. */
export const ETCD_TOOL_ENV: Readonly<Record<string, string | undefined>> = Object.fromEntries(
  ["API", ...GLOBAL_FLAGS].map((flag) => [`ETCDCTL_${flag}`, undefined]),
);
