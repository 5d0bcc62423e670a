// THE registration point: one import and one line a drill, sorted by id.
import type { Drill } from "../core/drill.ts";
import { command } from "./command/index.ts";
import { etcdCompact } from "./etcd-compact/index.ts";
import { etcdCorruptMember } from "./etcd-corrupt-member/index.ts";
import { etcdDefrag } from "./etcd-defrag/index.ts";
import { etcdDelay } from "./etcd-delay/index.ts";
import { etcdForceNewCluster } from "./etcd-force-new-cluster/index.ts";
import { etcdLeaderMove } from "./etcd-leader-move/index.ts";
import { etcdMemberCrash } from "./etcd-member-crash/index.ts";
import { etcdMemberPause } from "./etcd-member-pause/index.ts";
import { etcdMemberReplace } from "./etcd-member-replace/index.ts";
import { etcdMemberStop } from "./etcd-member-stop/index.ts";
import { etcdNospace } from "./etcd-nospace/index.ts";
import { etcdPartition } from "./etcd-partition/index.ts";
import { etcdQuorumLoss } from "./etcd-quorum-loss/index.ts";
import { etcdSnapshot } from "./etcd-snapshot/index.ts";
import { etcdSnapshotRestore } from "./etcd-snapshot-restore/index.ts";
import { manual } from "./manual/index.ts";

export const drills: readonly Drill[] = [
  command,
  etcdCompact,
  etcdCorruptMember,
  etcdDefrag,
  etcdDelay,
  etcdForceNewCluster,
  etcdLeaderMove,
  etcdMemberCrash,
  etcdMemberPause,
  etcdMemberReplace,
  etcdMemberStop,
  etcdNospace,
  etcdPartition,
  etcdQuorumLoss,
  etcdSnapshot,
  etcdSnapshotRestore,
  manual,
];
