import { describe, expect, test } from "vitest";
import { failedRecord, hostileRecord, leftBrokenRecord, passedRecord, RECORDS } from "../../test/fixtures/record.ts";
import { unsafeCharacters } from "../../test/support/markup-check.ts";
import type { RunRecord, StepResult } from "../core/record.ts";
import { renderMarkdown } from "./markdown.ts";

describe.each(Object.entries(RECORDS))("%s", (_name, make) => {
  test("begins with outcome and verdict, is the same twice, and folds what it opens", () => {
    const record = make();
    const text = renderMarkdown(record);
    expect(text.split("\n")[0]).toContain(record.outcome);
    expect(renderMarkdown(make())).toBe(text);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
    expect(text).not.toMatch(/complian|certif|satisf|guarantee/i);
  });

  test("has tables with the same number of cells in every row, each after an empty line", () => {
    const lines = renderMarkdown(make()).split("\n");
    const bars = (line: string): number => line.replace(/\\\|/g, "").split("|").length;
    for (const [index, line] of lines.entries()) {
      if (!line.startsWith("|")) continue;
      const before = lines[index - 1] ?? "";
      if (before.startsWith("|")) expect(bars(line)).toBe(bars(before));
      else expect(before).toBe("");
    }
  });
});

test("missed objectives stand out", () => {
  expect(renderMarkdown(failedRecord())).toContain("| RTO ≤ 5 s | 20.9 s ± 20 ms | **✗ missed** |");
});

test("a broken run says how to put it back", () => {
  expect(renderMarkdown(leftBrokenRecord())).toContain("firedrill recover 20261121T090000Z-etcd-leader-crash-7f3a9c");
});

test("a huge record still fits a comment, verdict and limits included", () => {
  const base = passedRecord();
  const step = base.steps[0] as StepResult;
  const many: RunRecord = {
    ...base,
    steps: Array.from({ length: 400 }, (_, index) => ({ ...step, id: `s${index}`, name: `${index} ${"long ".repeat(40)}` })),
    assertions: Array.from({ length: 400 }, () => ({
      ...(base.assertions[0] as RunRecord["assertions"][number]),
      observed: "x".repeat(400),
    })),
  };
  const text = renderMarkdown(many);
  expect(Buffer.byteLength(text)).toBeLessThan(60_000);
  expect(text).toContain("do not fit here");
  expect(text).toContain("What this report does not show");
});

test("hostile names are only text, and nobody is mentioned", () => {
  const text = renderMarkdown(hostileRecord("<script>x</script> @everyone `a` | b\n\n# head [x](javascript:1) ]]> \u001b[31m \u202e"));
  expect(text).not.toMatch(/<script|@everyone/);
  expect(unsafeCharacters(text)).toEqual([]);
  expect(text.split("\n").filter((line) => line.startsWith("#"))).toHaveLength(1);
  expect(text.replace(/\\\]/g, "")).not.toContain("](");
});

test("10 000 characters do not break it", () => {
  expect(Buffer.byteLength(renderMarkdown(hostileRecord("W".repeat(10_000))))).toBeLessThan(60_000);
});
