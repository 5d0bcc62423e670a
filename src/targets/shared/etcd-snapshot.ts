import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { EtcdChannel } from "./etcd-member.ts";
import type { SnapshotReply } from "./etcd-wire.ts";

/**
 * Writes a member's snapshot stream to `file`: first to `file.part`, synced, then renamed and the folder synced, so that a file of that
 * name is always whole. The last 32 bytes are etcd's SHA-256 of the rest; verifying it is the reader's business.
 */
export async function saveSnapshot(channel: EtcdChannel, file: string, signal: AbortSignal): Promise<{ readonly sizeBytes: number }> {
  signal.throwIfAborted();
  const part = `${file}.part`;
  const stream = await channel.serverStream<SnapshotReply>("Maintenance", "Snapshot", {});
  const cancel = (): void => stream.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    let sizeBytes = 0;
    await using handle = await open(part, "w", 0o600);
    for await (const message of stream) {
      await handle.writeFile(message.blob);
      sizeBytes += message.blob.length;
    }
    await handle.sync();
    await rename(part, file);
    await using folder = await open(dirname(file), "r");
    await folder.sync();
    return { sizeBytes };
  } catch (error) {
    stream.cancel();
    await rm(part, { force: true });
    signal.throwIfAborted();
    throw isGrpc(error) ? channel.errorOf("Snapshot", error) : error;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

function isGrpc(error: unknown): boolean {
  return error instanceof Error && "details" in error;
}
