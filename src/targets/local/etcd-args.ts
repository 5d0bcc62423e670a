import type { Pki } from "./pki.ts";
import { clientUrl, peerUrl, type TargetFile } from "./target-file.ts";

export interface MemberStart {
  /** "new" bootstraps, "existing" joins; etcd looks at it only when the data folder is empty. */
  readonly clusterState: "new" | "existing";
  /** `name=url,…`; null: all members of the target. A joining member must name exactly the members there are. */
  readonly initialCluster: string | null;
  /** For this start only. */
  readonly extraArgs: readonly string[];
}

/**
 * The whole command line of one member, without the program. Client and peer traffic use TLS and both sides show a certificate.
 * A member listens for its peers on one port and advertises another, its relay's. The logging flags are understood by etcd 3.4 to 3.6.
 */
export function etcdArgs(target: TargetFile, name: string, dataDir: string, pki: Pki, start: MemberStart): readonly string[] {
  const member = target.members.find((each) => each.name === name);
  if (member === undefined) throw new Error(`no member "${name}" in target "${target.name}"`);
  const cert = pki.memberCertFile(name);
  const key = pki.memberKeyFile(name);
  return [
    `--name=${name}`,
    `--data-dir=${dataDir}`,
    `--listen-client-urls=${clientUrl(member)}`,
    `--advertise-client-urls=${clientUrl(member)}`,
    `--listen-peer-urls=https://127.0.0.1:${member.peerPort}`,
    `--initial-advertise-peer-urls=${peerUrl(member)}`,
    `--initial-cluster=${start.initialCluster ?? target.members.map((each) => `${each.name}=${peerUrl(each)}`).join(",")}`,
    `--initial-cluster-token=${target.clusterToken}`,
    `--initial-cluster-state=${start.clusterState}`,
    `--cert-file=${cert}`,
    `--key-file=${key}`,
    `--trusted-ca-file=${pki.caFile}`,
    "--client-cert-auth=true",
    `--peer-cert-file=${cert}`,
    `--peer-key-file=${key}`,
    `--peer-trusted-ca-file=${pki.caFile}`,
    "--peer-client-cert-auth=true",
    "--logger=zap",
    "--log-level=warn",
    ...(target.quotaBytes === null ? [] : [`--quota-backend-bytes=${target.quotaBytes}`]),
    ...target.etcdArgs,
    ...start.extraArgs,
  ];
}
