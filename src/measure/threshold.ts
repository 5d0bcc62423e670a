/**
 * Shortest pause between acknowledgements that counts as an interruption whatever the rate, ms. Half of etcd's default election timeout
 * (1000 ms, etcd tuning guide): a shorter pause cannot be an election, and slow disks and busy machines make pauses of 200 to 300 ms.
 * Shots that fail count whatever the pause is.
 */
const FLOOR_MS = 500;
/** Shots that must go unanswered in a row before a pause counts. */
const SHOTS = 5;

/** A pause between acknowledgements longer than this is an interruption; a shorter one cannot be told from a slow disk at this rate. ms. */
export function outageThresholdMs(everyMs: number): number {
  return Math.max(SHOTS * everyMs, FLOOR_MS);
}
