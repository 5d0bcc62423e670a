// What a cluster looks like just now, put together from its processes, its links and what each member says. Nothing here needs quorum.
import { quorumOf } from "../../core/selector.ts";
import type { ClusterView, MemberView } from "../../core/view.ts";
import type { EtcdClients, EtcdMember, MemberStatus } from "../shared/etcd-client.ts";
import type { SupervisorStatus } from "./control-protocol.ts";
import type { MemberState } from "./member-process.ts";
import { clientUrl, peerUrl, type TargetFile, type TargetMember } from "./target-file.ts";

/** A member that takes longer does not answer. */
export const LOOK_DEADLINE_MS = 800;

interface Said {
  readonly status: MemberStatus;
  readonly list: readonly EtcdMember[];
  readonly clusterId: string;
}

/** Asks every member at once. A member that is down, paused or silent is data, never an error. */
export async function lookAt(target: TargetFile, processes: SupervisorStatus, clients: EtcdClients): Promise<ClusterView> {
  const answers = new Map<string, Said>();
  await Promise.all(
    processes.members.map(async (process) => {
      if (!process.running || process.paused) return;
      const client = clients.of(process.name);
      try {
        const [status, list] = await Promise.all([client.status(LOOK_DEADLINE_MS), client.memberList(LOOK_DEADLINE_MS)]);
        answers.set(process.name, { status, list: list.members, clusterId: list.clusterId });
      } catch {
        // It does not answer: that is what the view will say.
      }
    }),
  );
  return combine(target, processes, answers);
}

/** Pure: the view from what was heard. */
export function combine(target: TargetFile, processes: SupervisorStatus, answers: ReadonlyMap<string, Said>): ClusterView {
  const best = bestList(answers);
  const names = new Map<string, string>();
  for (const member of target.members) {
    const entry = best?.list.find((each) => each.peerUrls.includes(peerUrl(member)));
    if (entry !== undefined) names.set(entry.id, member.name);
  }
  for (const [name, said] of answers) if (!names.has(said.status.memberId)) names.set(said.status.memberId, name);
  const alarms = alarmsOf([...answers.values()].flatMap(({ status }) => status.errors));
  return {
    clusterId: best?.clusterId ?? null,
    leader: agreedLeader(best?.list ?? [], answers, names),
    members: target.members.map((member) => {
      const process = processes.members.find(({ name }) => name === member.name);
      return memberView(member, process, answers.get(member.name), best, names, alarms);
    }),
    links: processes.links,
  };
}

function memberView(
  member: TargetMember,
  process: MemberState | undefined,
  said: Said | undefined,
  best: Said | undefined,
  names: ReadonlyMap<string, string>,
  alarms: ReadonlyMap<string, readonly string[]>,
): MemberView {
  const entry = best?.list.find((each) => each.peerUrls.includes(peerUrl(member)));
  const status = said?.status;
  return {
    name: member.name,
    id: entry?.id ?? null,
    clientUrl: clientUrl(member),
    peerUrl: peerUrl(member),
    running: process?.running ?? false,
    paused: process?.paused ?? false,
    pid: process?.pid ?? null,
    startTime: process?.startTime ?? null,
    answers: status !== undefined,
    learner: entry?.learner ?? status?.learner ?? false,
    believesLeader: status?.leaderId == null ? null : (names.get(status.leaderId) ?? status.leaderId),
    term: status?.raftTerm ?? null,
    raftIndex: status?.raftIndex ?? null,
    revision: status?.revision ?? null,
    dbSizeBytes: status?.dbSizeBytes ?? null,
    version: status?.version ?? null,
    alarms: alarms.get(entry?.id ?? "") ?? [],
  };
}

/** The member list of the answer that knows most: one that sees a leader before one that does not, then the newest term and index. */
function bestList(answers: ReadonlyMap<string, Said>): Said | undefined {
  const rank = ({ status }: Said): readonly number[] => [status.leaderId === null ? 0 : 1, status.raftTerm, status.raftIndex];
  return [...answers.values()].toSorted((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    const index = left.findIndex((value, at) => value !== right[at]);
    return index < 0 ? 0 : (right[index] ?? 0) - (left[index] ?? 0);
  })[0];
}

/** The leader that a quorum of all voters names; null otherwise. An isolated old leader is not one. */
function agreedLeader(list: readonly EtcdMember[], answers: ReadonlyMap<string, Said>, names: ReadonlyMap<string, string>): string | null {
  const voters = list.filter((member) => !member.learner);
  const votes = new Map<string, number>();
  for (const { status } of answers.values()) {
    if (status.leaderId === null || !voters.some(({ id }) => id === status.memberId)) continue;
    votes.set(status.leaderId, (votes.get(status.leaderId) ?? 0) + 1);
  }
  for (const [id, count] of votes) if (count >= quorumOf(voters.length)) return names.get(id) ?? id;
  return null;
}

/**
 * Alarms by member id in hex, from the `errors` of status answers: each is the text of an AlarmMember, "memberID:123 alarm:NOSPACE".
 * The Alarm call would say the same but is answered through quorum only.
 */
export function alarmsOf(errors: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const text of errors) {
    const match = /memberID:(\d+)\s+alarm:([A-Z]+)/.exec(text);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    const id = BigInt(match[1]).toString(16);
    const known = found.get(id) ?? [];
    if (!known.includes(match[2])) found.set(id, [...known, match[2]]);
  }
  return found;
}
