// Who is on the other end of a connection on this machine: the kernel's socket table, and the open files of processes. Linux only.
import { readdir, readFile, readlink } from "node:fs/promises";

/** State 0A in /proc/net/tcp (include/net/tcp_states.h of Linux). */
const LISTEN = "0A";

export interface SocketRow {
  readonly localPort: number;
  readonly remotePort: number;
  readonly listening: boolean;
  /** 0 once no process holds the socket any more. */
  readonly inode: number;
}

/** All TCP sockets of this network namespace, from /proc/net/tcp and /proc/net/tcp6 (Go may use either for 127.0.0.1). */
export async function readSockets(): Promise<readonly SocketRow[]> {
  const tables = await Promise.all(["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8").catch(() => "")));
  return tables.flatMap(parseSockets);
}

/** Parses one table; the first line is its heading (proc(5)). */
export function parseSockets(text: string): readonly SocketRow[] {
  const rows: SocketRow[] = [];
  for (const line of text.split("\n").slice(1)) {
    const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
    if (local === undefined || remote === undefined || inode === undefined) continue;
    rows.push({ localPort: portOf(local), remotePort: portOf(remote), listening: state === LISTEN, inode: Number(inode) });
  }
  return rows;
}

function portOf(address: string): number {
  return Number.parseInt(address.slice(address.lastIndexOf(":") + 1), 16);
}

/** Which of `pids` holds the socket; null when none does. */
export async function holderOfSocket(inode: number, pids: readonly number[]): Promise<number | null> {
  const wanted = `socket:[${inode}]`;
  for (const pid of pids) {
    const folder = `/proc/${pid}/fd`;
    const files = await readdir(folder).catch(() => []);
    const links = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => "")));
    if (links.includes(wanted)) return pid;
  }
  return null;
}

export type Dialler = { readonly kind: "pid"; readonly pid: number } | { readonly kind: "other" } | { readonly kind: "gone" };

/** Who dialled: the process among `pids` that holds the socket from `sourcePort` to `destinationPort`. */
export async function findDialler(sourcePort: number, destinationPort: number, pids: readonly number[]): Promise<Dialler> {
  const row = (await readSockets()).find((each) => each.localPort === sourcePort && each.remotePort === destinationPort);
  if (row === undefined || row.inode === 0) return { kind: "gone" };
  const pid = await holderOfSocket(row.inode, pids);
  return pid === null ? { kind: "other" } : { kind: "pid", pid };
}

/** True when some process listens on this TCP port. Looks without connecting, which would leave a TLS error in the listener's log. */
export async function isListening(port: number): Promise<boolean> {
  return (await readSockets()).some((row) => row.listening && row.localPort === port);
}

/** Name and pid of the process that listens on a port, as far as it may be seen; null when unknown. */
export async function listenerOn(port: number): Promise<string | null> {
  const row = (await readSockets()).find((each) => each.listening && each.localPort === port);
  if (row === undefined) return null;
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const pid = await holderOfSocket(row.inode, pids);
  if (pid === null) return null;
  const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "?");
  return `${name.trim()} (pid ${pid})`;
}
