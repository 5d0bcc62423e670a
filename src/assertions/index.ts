// THE registration point: one import and one line an assertion, sorted by id.
import type { Assertion } from "../core/assertion.ts";
import { command } from "./command.ts";
import { etcdConsistent } from "./etcd-consistent.ts";
import { etcdHealthy } from "./etcd-healthy.ts";
import { etcdLeaderStable } from "./etcd-leader-stable.ts";
import { etcdMembers } from "./etcd-members.ts";
import { etcdWritable } from "./etcd-writable.ts";
import { http } from "./http.ts";
import { keyspaceIntact } from "./keyspace-intact.ts";
import { snapshotFresh } from "./snapshot-fresh.ts";

export const assertions: readonly Assertion[] = [
  command,
  etcdConsistent,
  etcdHealthy,
  etcdLeaderStable,
  etcdMembers,
  etcdWritable,
  http,
  keyspaceIntact,
  snapshotFresh,
];
