import { randomBytes } from "node:crypto";

/** A generator of numbers in [0, 1) that gives the same sequence for the same seed (mulberry32). Not for secrets. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A fresh seed, 32 bits. */
export function freshSeed(): number {
  return randomBytes(4).readUInt32BE(0);
}

/** `bytes` random bytes as lower-case hex, for names and tokens. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}
