// How each kind of probe fires. Only the probe worker loads this: it brings gRPC with it.
import { dnsShots } from "./dns.ts";
import { etcdReadShots } from "./etcd-read.ts";
import { etcdRedundancyShots } from "./etcd-redundancy.ts";
import { etcdStatusShots } from "./etcd-status.ts";
import { etcdWatchShots } from "./etcd-watch.ts";
import { etcdWriteShots } from "./etcd-write.ts";
import { httpShots } from "./http.ts";
import type { Shooter, ShotContext } from "./shooter.ts";
import { tcpShots } from "./tcp.ts";

export const shooters: Readonly<Record<string, (context: ShotContext) => Shooter>> = {
  dns: dnsShots,
  "etcd-read": etcdReadShots,
  "etcd-redundancy": etcdRedundancyShots,
  "etcd-status": etcdStatusShots,
  "etcd-watch": etcdWatchShots,
  "etcd-write": etcdWriteShots,
  http: httpShots,
  tcp: tcpShots,
};
