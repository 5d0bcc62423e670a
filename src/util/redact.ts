// Redaction belongs in the writer: what a hash chain has sealed cannot be taken out again.
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, "[redacted private key]"],
  [/\b(authorization|proxy-authorization)(["']?\s*[:=]\s*["']?)(basic|bearer)\s+[A-Za-z0-9+/._~=-]+/gi, "$1$2$3 [redacted]"],
  [/\b(password|passwd|secret|(?<!cluster-)token|api[_-]?key|access[_-]?key)(["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi, "$1$2[redacted]"],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@]+):[^\s/@]+@/gi, "$1:[redacted]@"],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\b/g, "[redacted token]"],
];

/** Replaces private keys, bearer and basic credentials, passwords in URLs and assignments by a marker. */
export function redact(text: string): string {
  let clean = text;
  for (const [pattern, marker] of PATTERNS) clean = clean.replace(pattern, marker);
  return clean;
}

/** The same for every string inside a value; keys stay. */
export function redactDeep<T>(value: T): T {
  if (typeof value === "string") return redact(value) as T;
  if (Array.isArray(value)) return value.map((inner: unknown) => redactDeep(inner)) as T;
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redactDeep(inner as unknown)])) as T;
  }
  return value;
}
