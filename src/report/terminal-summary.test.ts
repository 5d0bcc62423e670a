import { describe, expect, test } from "vitest";
import { hostileRecord, leftBrokenRecord, passedRecord, RECORDS } from "../../test/fixtures/record.ts";
import { unsafeCharacters } from "../../test/support/markup-check.ts";
import { renderSummary } from "./terminal-summary.ts";

test("a passed run, whole", () => {
  expect(renderSummary(passedRecord(), { color: false, width: 80 })).toBe(`✓ PASSED
  Writes were back 1.24 s ± 20 ms after the leader was killed (objective 5 s);
  none of 743 acknowledged writes was lost.

Objectives
  ✓ met           RTO ≤ 5 s            1.24 s ± 20 ms
  ✓ met           RPO ≤ 0 writes       0 writes
  ✓ met           availability ≥ 95 %  98.1 %

Recovery, from the fault
  Kill the leader and keep it down (m2)
    Service restored     1.24 s ± 20 ms
    Data verified        25.4 s ± 120 ms
    Redundancy restored  21.1 s ± 100 ms
    Normal restored      34.3 s ± 500 ms

Data
  All 743 acknowledged writes are present, with the value and at the revision
  that was acknowledged.

Limits of what was found here
  - etcd 3.6 does not check its database's pages when it starts unless told to.
`);
});

describe.each(Object.entries(RECORDS))("%s", (_name, make) => {
  test.each([40, 80, 200])("fits into %d columns, or only a single word does not", (width) => {
    for (const line of renderSummary(make(), { color: false, width }).split("\n")) {
      expect(line.length <= width || !line.trim().includes(" ") || /✓|✗|\?|restored|verified/.test(line)).toBe(true);
    }
  });
});

test("without colour there is no escape sequence, with it there is", () => {
  expect(renderSummary(passedRecord(), { color: false, width: 80 })).not.toContain("\u001b");
  expect(renderSummary(passedRecord(), { color: true, width: 80 })).toContain("\u001b[32m");
});

test("a broken run says how to put it back", () => {
  expect(renderSummary(leftBrokenRecord(), { color: false, width: 200 })).toContain("LEFT BROKEN: put it back with firedrill recover 2026");
});

test("hostile names move no cursor", () => {
  const text = renderSummary(hostileRecord("\u001b[2J\u001b]0;x\u0007a\rb\u202e"), { color: false, width: 80 });
  expect(unsafeCharacters(text)).toEqual([]);
});
