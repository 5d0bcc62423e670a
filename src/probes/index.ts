// THE registration point: one import and one line a kind of probe, sorted by id. How shots are fired is in shots/.
import type { ProbeKind } from "../core/probe.ts";
import { dns } from "./kinds/dns.ts";
import { etcdRead } from "./kinds/etcd-read.ts";
import { etcdRedundancy } from "./kinds/etcd-redundancy.ts";
import { etcdStatus } from "./kinds/etcd-status.ts";
import { etcdWatch } from "./kinds/etcd-watch.ts";
import { etcdWrite } from "./kinds/etcd-write.ts";
import { http } from "./kinds/http.ts";
import { tcp } from "./kinds/tcp.ts";

export const probes: readonly ProbeKind[] = [dns, etcdRead, etcdRedundancy, etcdStatus, etcdWatch, etcdWrite, http, tcp];
