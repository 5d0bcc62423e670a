import { expect, test } from "vitest";
import { codeFrame } from "./code-frame.ts";

const frame = (source: string, line: number, column: number, endColumn: number): string | undefined =>
  codeFrame(source, { line, column, endColumn });

test("points at the columns of the line", () => {
  expect(frame("a: 1\nhold: 20\n", 2, 7, 9)).toBe("2 | hold: 20\n  |       ^^");
});

test("a place past the end of a line points at its end; a line that is not there has no frame", () => {
  expect(frame("ab", 1, 9, 12)).toBe("1 | ab\n  |   ^");
  expect(frame("ab\n", 7, 1, 2)).toBeUndefined();
  expect(frame("\n", 1, 1, 2)).toBeUndefined();
});

test("tabs stay tabs, wide characters count twice, a carriage return is not shown", () => {
  expect(frame("\tab\r\n", 1, 2, 3)).toBe("1 | \tab\n  | \t^");
  expect(frame("日本: x", 1, 5, 6)).toBe("1 | 日本: x\n  |       ^");
});

test("a long line is cut to where the place is", () => {
  const shown = frame(`${"a".repeat(500)}X${"b".repeat(500)}`, 1, 501, 502)?.split("\n") ?? [];
  expect(shown[0]).toBe(`1 | …${"a".repeat(30)}X${"b".repeat(89)}…`);
  expect(shown[1]).toBe(`  | ${" ".repeat(31)}^`);
});

test("control and direction characters do not reach a terminal", () => {
  expect(frame("a\u001b[31mb\u202ec", 1, 1, 2)).toBe("1 | a\ufffd[31mb\ufffdc\n  | ^");
});
