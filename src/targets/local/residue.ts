// What drills have left behind, found by looking: no journal is needed, so that any machine that reaches the target can clean it.
import type { Op } from "../../core/op.ts";
import type { DeadManState, Residue } from "../../core/target.ts";
import type { ClusterView, LinkView } from "../../core/view.ts";
import type { EtcdClients, MemberClient } from "../shared/etcd-client.ts";
import type { SupervisorStatus } from "./control-protocol.ts";

/** Everything Firedrill writes is below this. */
export const KEY_PREFIX = "/firedrill/";
const KEYS_DEADLINE_MS = 2_500;

export interface AsideFound {
  readonly member: string;
  readonly tag: string;
  readonly path: string;
}

export interface RunKeys {
  /** Everything up to and with the run's name: `/firedrill/<run>/`. */
  readonly prefix: string;
  readonly count: number;
}

/** Pure: what was seen that is not as it should be, each with the operations that would mend it. */
export function residueOf(seen: {
  readonly view: ClusterView;
  readonly processes: SupervisorStatus;
  readonly asides: readonly AsideFound[];
  readonly keys: readonly RunKeys[];
  readonly ignoreTags: readonly string[];
}): readonly Residue[] {
  const ignored = (tag: string): boolean => seen.ignoreTags.some((ignore) => tag === ignore || tag.startsWith(`${ignore}-`));
  const asides = seen.asides.filter(({ tag }) => !ignored(tag));
  return [
    ...seen.processes.deadMen.filter(({ id }) => !ignored(tagOf(id))).flatMap(deadManResidue),
    ...asides.map((aside) => asideResidue(aside, seen.view)),
    ...processResidue(seen.processes),
    ...linkResidue(seen.view.links),
    ...memberResidue(seen.view),
    ...seen.keys
      .filter(({ prefix }) => !seen.ignoreTags.some((tag) => tag.startsWith(`fd-${prefix.slice(KEY_PREFIX.length, -1)}-`)))
      .map(
        ({ prefix, count }): Residue => ({
          kind: "filler-keys",
          what: `${count} keys of a drill under ${prefix}`,
          fix: [{ op: "etcd.deletePrefix", prefix }],
        }),
      ),
  ];
}

/** A dead-man's id is `<run>/<step>`, the tag of what that step set aside `fd-<run>-<step>`. */
function tagOf(id: string): string {
  return `fd-${id.replace("/", "-")}`;
}

function deadManResidue(deadMan: DeadManState): readonly Residue[] {
  // One that fired has put everything back: what it says is history, nothing is left to mend.
  if (deadMan.state === "fired") return [];
  const what = deadMan.state === "armed" ? "is armed" : `fired and failed: ${deadMan.detail}`;
  return [{ kind: "dead-man", what: `the dead-man ${deadMan.id} ${what}`, fix: deadMan.ops }];
}

function asideResidue({ member, tag, path }: AsideFound, view: ClusterView): Residue {
  const running = view.members.some((each) => each.name === member && each.running);
  // A member that runs has data of its own, and what was set aside is of no more use; one that is down may need it back.
  const fix: readonly Op[] = running
    ? [{ op: "data.discardAside", member, tag }]
    : [
        { op: "data.bringBack", member, tag },
        { op: "member.start", member },
      ];
  return { kind: "data-aside", what: `data of ${member} set aside as ${tag}: ${path}`, fix };
}

function processResidue(processes: SupervisorStatus): readonly Residue[] {
  return processes.members.flatMap(({ name, running, paused, exit, desired }): readonly Residue[] => {
    if (paused) return [{ kind: "member-paused", what: `${name} is paused`, fix: [{ op: "member.resume", member: name }] }];
    if (running) return [];
    const crashed =
      desired === "up" && exit !== null ? `; it ended by itself (${exit.signal ?? `exit code ${exit.code ?? "?"}`}) at ${exit.at}` : "";
    return [{ kind: "member-down", what: `${name} is down${crashed}`, fix: [{ op: "member.start", member: name }] }];
  });
}

function linkResidue(links: readonly LinkView[]): readonly Residue[] {
  return links
    .filter((link) => link.cut || link.delayMs > 0 || link.jitterMs > 0 || link.rateBytes > 0)
    .map(({ from, to, cut, delayMs }) => ({
      kind: cut ? "link-cut" : "link-slow",
      what: `the link ${from}→${to} is ${cut ? "cut" : `slowed (delay ${delayMs} ms)`}`,
      fix: [{ op: "links.set", links: [{ from, to, cut: false, delayMs: 0, jitterMs: 0, rateBytes: 0 }] }],
    }));
}

function memberResidue(view: ClusterView): readonly Residue[] {
  const found: Residue[] = [];
  for (const { name, learner, answers } of view.members) {
    if (learner && answers)
      found.push({ kind: "learner", what: `${name} is a learner, not a voter`, fix: [{ op: "etcd.memberPromote", member: name }] });
  }
  const alarmed = (alarm: string): readonly string[] => view.members.filter(({ alarms }) => alarms.includes(alarm)).map(({ name }) => name);
  const full = alarmed("NOSPACE");
  if (full.length > 0) {
    const defrag = view.members.map(({ name }): Op => ({ op: "etcd.defrag", member: name }));
    found.push({
      kind: "alarm",
      what: `NOSPACE is raised for ${full.join(", ")}`,
      fix: [
        { op: "etcd.deletePrefix", prefix: KEY_PREFIX },
        { op: "etcd.compact", physical: true },
        ...defrag,
        { op: "etcd.disarm", alarm: "NOSPACE" },
      ],
    });
  }
  const corrupt = alarmed("CORRUPT");
  // Which copy is right is a person's decision; taking the alarm back would only hide it.
  if (corrupt.length > 0) found.push({ kind: "alarm", what: `CORRUPT is raised for ${corrupt.join(", ")}`, fix: [] });
  return found;
}

/** The runs that have keys, and how many each: one key is read of each run, the rest are counted. Empty when nobody answers. */
export async function findRunKeys(clients: EtcdClients, answering: readonly string[], signal: AbortSignal): Promise<readonly RunKeys[]> {
  for (const name of answering) {
    signal.throwIfAborted();
    try {
      return await runKeysAt(clients.of(name), signal);
    } catch {
      // Without quorum nobody can say; what is down is residue enough then.
    }
  }
  return [];
}

async function runKeysAt(client: MemberClient, signal: AbortSignal): Promise<readonly RunKeys[]> {
  const found: RunKeys[] = [];
  let fromKey: Uint8Array | undefined;
  for (;;) {
    signal.throwIfAborted();
    const options = { limit: 1, revision: 0, keysOnly: true, ...(fromKey === undefined ? {} : { fromKey }) };
    const key = (await client.rangePage(KEY_PREFIX, options, KEYS_DEADLINE_MS)).kvs[0]?.key;
    if (key === undefined) return found;
    const slash = key.indexOf("/", KEY_PREFIX.length);
    const prefix = slash < 0 ? key : key.slice(0, slash + 1);
    found.push({ prefix, count: (await client.count(prefix, KEYS_DEADLINE_MS)).count });
    // The first key that does not begin with the prefix: its last character, "/" or another, one higher.
    const next = Buffer.from(prefix);
    next[next.length - 1] = (next.at(-1) ?? 0) + 1;
    fromKey = next;
  }
}
