import { distance } from "fastest-levenshtein";

/** The known name that was probably meant by `typed`; undefined when none is near enough to be worth saying. */
export function didYouMean(typed: string, known: readonly string[]): string | undefined {
  // Names longer than this are not typing mistakes, and the distance costs length times length.
  if (typed === "" || typed.length > 64) return undefined;
  const plain = normal(typed);
  const scored = known
    .map((name) => ({ name, score: scoreOf(plain, normal(name)) }))
    .filter(({ score }) => score !== undefined)
    .toSorted((a, b) => (a.score ?? 0) - (b.score ?? 0) || (a.name < b.name ? -1 : 1));
  return scored[0]?.name;
}

function normal(text: string): string {
  return text.toLowerCase().replaceAll(/[-_. ]/g, "");
}

function scoreOf(typed: string, known: string): number | undefined {
  const edits = distance(typed, known);
  // Two in five letters, so that two swapped letters (two edits) count in a short word.
  if (edits <= Math.max(1, Math.floor(Math.min(typed.length, known.length) / 2.5))) return edits;
  // "crash" for "etcd-member-crash": a part of the name, typed right.
  return typed.length >= 4 && known.includes(typed) ? 10 + edits : undefined;
}
