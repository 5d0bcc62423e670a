import { parseDuration } from "../util/duration.ts";
import { parseSize } from "../util/size.ts";

const WORDS: Readonly<Record<string, string>> = {
  "": "s",
  milli: "ms",
  millis: "ms",
  millisecond: "ms",
  milliseconds: "ms",
  msec: "ms",
  sec: "s",
  secs: "s",
  second: "s",
  seconds: "s",
  min: "m",
  mins: "m",
  minute: "m",
  minutes: "m",
  hr: "h",
  hrs: "h",
  hour: "h",
  hours: "h",
  day: "d",
  days: "d",
};

/** The duration that was probably meant: "20" is "20s", "5 minutes" is "5m"; undefined when nothing comes to mind. */
export function suggestDuration(text: string): string | undefined {
  if (text.length > 40) return undefined;
  const guess = text
    .trim()
    .toLowerCase()
    .replaceAll(/([a-z]*)\s+|([a-z]+)$|(\d)$/g, (_all, spaced?: string, last?: string, digit?: string) => {
      if (digit !== undefined) return `${digit}s`;
      const unit = spaced ?? last ?? "";
      return unit === "" ? "" : (WORDS[unit] ?? unit);
    });
  return guess !== text && isPositive(parseDuration(guess)) ? guess : undefined;
}

/** The size that was probably meant: "16" and "16Mi" are "16MiB"; undefined when nothing comes to mind. */
export function suggestSize(text: string): string | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  if (match === null) return undefined;
  const unit = {
    "": "MiB",
    b: "B",
    k: "KiB",
    ki: "KiB",
    kib: "KiB",
    kb: "kB",
    m: "MiB",
    mi: "MiB",
    mib: "MiB",
    mb: "MB",
    g: "GiB",
    gi: "GiB",
    gib: "GiB",
    gb: "GB",
  }[(match[2] ?? "").toLowerCase()];
  const guess = `${match[1]}${unit ?? ""}`;
  return unit !== undefined && guess !== text && parseSize(guess) !== undefined ? guess : undefined;
}

function isPositive(ms: number | undefined): boolean {
  return ms !== undefined && ms > 0;
}
