import type { EtcdReader } from "../../core/target.ts";

/** True when a read through quorum is answered; a failure is what the drill wants to see, not an error. */
export async function readsWork(etcd: EtcdReader, signal: AbortSignal): Promise<boolean> {
  try {
    await etcd.revision(signal);
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
