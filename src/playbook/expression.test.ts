import * as fc from "fast-check";
import { expect, test } from "vitest";
import { substitute } from "./expression.ts";

const values = new Map<string, string | number | boolean | undefined>([
  ["n", 3],
  ["on", true],
  ["hold", "20s"],
  ["broken", undefined],
]);

test("alone, an expression keeps the parameter's type; in a text it becomes text", () => {
  expect(substitute("${{ parameters.n }}", values)).toEqual({ kind: "value", value: 3 });
  expect(substitute("  ${{parameters.on}} ", values)).toEqual({ kind: "value", value: true });
  expect(substitute("a${{ parameters.n }}b${{ parameters.hold }}", values)).toEqual({ kind: "value", value: "a3b20s" });
});

test("a parameter that is wrong itself makes the value unknown, not wrong", () => {
  expect(substitute("x${{ parameters.broken }}", values)).toEqual({ kind: "unknown" });
});

test.each([
  "${{ env.HOME }}",
  "${{ }}",
  "${{ parameters }}",
  "${{ parameters.n + 1 }}",
  "${{ parameters['n'] }}",
  "${{ parameters.__proto__ }}",
  "${{ parameters.n",
  "${{",
])("%s is refused", (text) => {
  expect(substitute(text, values)).toMatchObject({ kind: "problems", problems: [{ code: "bad-expression" }] });
});

test("every mistake in one text is said", () => {
  const result = substitute("${{ parameters.m }} ${{ a }}", values);
  expect(result).toMatchObject({ kind: "problems", problems: [{ code: "unknown-parameter" }, { code: "bad-expression" }] });
});

test("a text without an expression is never changed", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }).filter((text) => !text.includes("${{")),
      (text) => {
        expect(substitute(text, values)).toEqual({ kind: "value", value: text });
      },
    ),
  );
});

test("what a value holds is put in as it is, never read again", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.constantFrom("${{ parameters.n }}", "$&", "$1", "}}", "plain"), (before, after, value) => {
      fc.pre(!`${before}${after}`.includes("{") && !before.endsWith("$"));
      const result = substitute(`${before}\${{ parameters.v }}${after}`, new Map([["v", value]]));
      expect(result).toEqual({ kind: "value", value: before.trim() === "" && after.trim() === "" ? value : `${before}${value}${after}` });
    }),
  );
});

test("no text makes it throw", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("${{", "}}", " ", "parameters.", "n", "$", "{", "x")), (parts) => {
      expect(["value", "unknown", "problems"]).toContain(substitute(parts.join(""), values).kind);
    }),
  );
});
