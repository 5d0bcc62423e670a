// What a local target is, on disk: written once when it is made, read by everybody who opens it.
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { FiredrillError } from "../../core/errors.ts";
import { writeFileAtomic } from "../../util/atomic-file.ts";
import { didYouMean } from "../../util/did-you-mean.ts";
import { parseJson } from "../../util/json.ts";

/** Also a folder name and a part of tokens: no dots, no slashes. */
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

const memberSchema = z.strictObject({
  name: z.string().min(1),
  clientPort: z.number().int(),
  /** Where etcd really listens for peers. */
  peerPort: z.number().int(),
  /** What it advertises to peers: the relay. */
  relayPort: z.number().int(),
});

const targetSchema = z.strictObject({
  format: z.literal(1),
  name: z.string().regex(NAME),
  createdAt: z.string(),
  throwAway: z.boolean(),
  /** How long a throw-away target outlives the process that made it, ms. */
  graceMs: z.number().min(0),
  owner: z.strictObject({ pid: z.number().int(), startTime: z.string() }),
  quotaBytes: z.number().int().positive().nullable(),
  etcdArgs: z.array(z.string()),
  clusterToken: z.string(),
  /** Path of the control socket: remembered, because the folder for temporary files may be another one in another shell. */
  socket: z.string(),
  tools: z.strictObject({
    version: z.string(),
    etcd: z.string(),
    etcdctl: z.string(),
    etcdutl: z.string().nullable(),
    source: z.string(),
    limits: z.array(z.string()),
    can: z.strictObject({ bumpRevision: z.boolean() }),
  }),
  members: z.array(memberSchema).min(1),
});

export type TargetFile = z.output<typeof targetSchema>;
export type TargetMember = z.output<typeof memberSchema>;

/** Where a target keeps its things. */
export interface TargetPaths {
  readonly dir: string;
  readonly targetFile: string;
  readonly stateFile: string;
  readonly deadMenFile: string;
  readonly pkiDir: string;
  readonly snapshotDir: string;
  readonly scratchDir: string;
  readonly supervisorLog: string;
  readonly dataDir: (member: string) => string;
  readonly logFile: (member: string) => string;
}

/** The paths below a target's folder. */
export function targetPaths(dir: string): TargetPaths {
  return {
    dir,
    targetFile: join(dir, "target.json"),
    stateFile: join(dir, "state.json"),
    deadMenFile: join(dir, "deadmen.json"),
    pkiDir: join(dir, "pki"),
    snapshotDir: join(dir, "snapshots"),
    scratchDir: join(dir, "scratch"),
    supervisorLog: join(dir, "logs", "supervisor.log"),
    dataDir: (member) => join(dir, "members", member, "data"),
    logFile: (member) => join(dir, "logs", `${member}.log`),
  };
}

/** The folder of the target `name`, always absolute. Throws USAGE for a name that is no name, before it becomes part of a path. */
export function targetDir(home: string, name: string): string {
  if (!NAME.test(name)) {
    throw new FiredrillError("USAGE", `"${name}" cannot be a target's name`, {
      hint: "use up to 40 lower-case letters, digits and dashes, beginning with a letter or digit",
    });
  }
  return join(resolve(home), "targets", name);
}

/** Names of the targets under `home`, sorted. */
export function targetNames(home: string): readonly string[] {
  const folder = join(resolve(home), "targets");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => NAME.test(name) && existsSync(targetPaths(join(folder, name)).targetFile))
    .toSorted();
}

/** Reads target.json. Throws TARGET_UNKNOWN when there is none, naming those that exist. */
export function readTarget(home: string, name: string): TargetFile {
  const file = targetPaths(targetDir(home, name)).targetFile;
  if (!existsSync(file)) throw unknownTarget(home, name);
  return readTargetFile(file);
}

/** Reads one target.json. Throws DATA_DIR_UNUSABLE when it is damaged. */
export function readTargetFile(file: string): TargetFile {
  const parsed = targetSchema.safeParse(parseJson(readFileSync(file, "utf8")));
  if (parsed.success) return parsed.data;
  throw new FiredrillError("DATA_DIR_UNUSABLE", `"${file}" is not a target description of this version: ${z.prettifyError(parsed.error)}`, {
    hint: "remove the target with firedrill down, or use the firedrill version that made it",
  });
}

/** Writes target.json, readable by its owner only. */
export function writeTarget(paths: TargetPaths, target: TargetFile): void {
  mkdirSync(paths.dir, { recursive: true, mode: 0o700 });
  writeFileAtomic(paths.targetFile, `${JSON.stringify(target, null, 2)}\n`);
}

/** The error for a name that no target has. */
export function unknownTarget(home: string, name: string): FiredrillError {
  const names = targetNames(home);
  const meant = didYouMean(name, names);
  const exist =
    names.length === 0 ? "there are no local targets yet; make one with: firedrill up" : `targets that exist: ${names.join(", ")}`;
  return new FiredrillError("TARGET_UNKNOWN", `there is no local target "${name}"`, {
    hint: meant === undefined ? exist : `did you mean "${meant}"? ${exist}`,
  });
}

/** The URL that a member's clients use. */
export function clientUrl(member: TargetMember): string {
  return `https://127.0.0.1:${member.clientPort}`;
}

/** The URL that a member's peers use: its relay's. */
export function peerUrl(member: TargetMember): string {
  return `https://127.0.0.1:${member.relayPort}`;
}
