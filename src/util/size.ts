const UNIT: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, kB: 1e3, MB: 1e6, GB: 1e9 };

/** What the playbook accepts as a size. */
export const SIZE_PATTERN = "^\\d+(\\.\\d+)?(B|KiB|MiB|GiB|kB|MB|GB)$";

/** "16MiB" to bytes; `undefined` without a known unit. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|kB|MB|GB)$/.exec(text.trim());
  return match === null ? undefined : Math.round(Number(match[1]) * (UNIT[match[2] ?? ""] ?? 0));
}

/** Bytes for people, in binary units: "532 kB" never, "519.5 KiB" always. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = "B";
  for (const next of units) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return `${value >= 100 ? Math.round(value) : Number(value.toFixed(1))} ${unit}`;
}
