// Files that are not playbooks, or are meant to hurt. Each ends in problems: never in an exception, and never in a wait.
import { expect, test } from "vitest";
import { smallRegistry } from "../../test/support/small-registry.ts";
import { parsePlaybook } from "./parse.ts";

function codes(text: string): readonly string[] {
  const result = parsePlaybook(text, "h.yaml", smallRegistry, { set: {} });
  return "problems" in result ? result.problems.map(({ line, column, code }) => `${line}:${column} ${code}`) : ["ok"];
}

const GOOD = `apiVersion: firedrill.dev/v1
kind: Playbook
metadata: { name: n, title: t }
spec:
  method:
    - { name: Kill, drill: crash }
`;

const laughs = "abcdefghij"
  .split("")
  .map(
    (name, index, all) => `${name}: &${name} [${Array.from({ length: 9 }, () => (index === 0 ? "x" : `*${all[index - 1]}`)).join(", ")}]`,
  )
  .join("\n");
const staircase = Array.from({ length: 1200 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n");
const manyKeys = Array.from({ length: 40_000 }, (_, index) => `k${index}: 1`).join("\n");
const manyAliases = `a: &a [x]\n${Array.from({ length: 40_000 }, (_, index) => `k${index}: *a`).join("\n")}`;

test.each([
  ["more than 1 MiB", `# ${"x".repeat(1024 * 1024)}`, ["1:1 unreadable"]],
  ["NUL", "a: \0\n", ["1:1 unreadable"]],
  ["empty", "", ["1:1 empty"]],
  ["only a comment", "# nothing\n", ["1:1 empty"]],
  ["null", "~\n", ["1:1 empty"]],
  ["text", "hello\n", ["1:1 wrong-type"]],
  ["a list", "- a\n", ["1:1 wrong-type"]],
  ["another program's file", "apiVersion: v1\nkind: Pod\nmetadata: { name: x }\n", ["1:13 not-a-playbook"]],
  ["some other YAML", "foo: 1\n", ["1:1 not-a-playbook"]],
  ["two documents", `${GOOD}---\n${GOOD}`, ["7:1 several-documents"]],
  ["tabs", "spec:\n\tmethod: []\n", ["2:1 yaml-syntax"]],
  ["a tag", GOOD.replace("title: t", "title: !!binary aGk="), ["3:38 yaml-syntax"]],
  ["YAML 1.1", `%YAML 1.1\n---\n${GOOD}`, ["1:1 yaml-syntax"]],
  ["an open quote", GOOD.replace("title: t", 'title: "t'), ["3:29 yaml-syntax"]],
  ["a key twice", GOOD.replace("title: t", "title: t, title: u"), ["3:32 duplicate-key"]],
  ["a list as a key", `${GOOD}  ? [a]\n  : 1\n`, ["7:5 yaml-syntax"]],
  ["__proto__", GOOD.replace("kind:", "__proto__: { kind: x }\nkind:"), ["2:1 unknown-key"]],
  ["__proto__ deep down", GOOD.replace("drill: crash", "drill: crash, with: { __proto__: { member: x } }"), ["6:43 unknown-key"]],
  ["constructor", GOOD.replace("kind:", "constructor: 1\nkind:"), ["2:1 unknown-key"]],
  ["a merge key", GOOD.replace("drill: crash", "<<: { drill: crash }, drill: crash"), ["6:21 unknown-key"]],
  ["an alias without anchor", GOOD.replace("title: t", "title: *t"), ["3:29 bad-alias"]],
  ["an alias within its own anchor", GOOD.replace("drill: crash", "drill: crash, with: &w { member: *w }"), ["6:54 bad-alias"]],
  ["a billion laughs", laughs, ["1:1 too-large"]],
  ["40 000 keys", manyKeys, ["1:1 too-large"]],
  ["40 000 aliases", manyAliases, ["1:1 too-large"]],
  ["10 000 open brackets", "[".repeat(10_000), ["1:257 too-large"]],
  ["10 000 pairs of brackets", `${"[".repeat(10_000)}${"]".repeat(10_000)}`, ["1:257 too-large"]],
  ["10 000 dashes", `${"- ".repeat(10_000)}x`, ["1:513 too-large"]],
])("%s", (_name, text, expected) => {
  expect(codes(text)).toEqual(expected);
});

test("a staircase of 1200 keys", () => {
  expect(codes(staircase)).toEqual([expect.stringMatching(/ too-large$/)]);
});

test("100 levels, which YAML reads and we do not", () => {
  const deep = GOOD.replace("drill: crash", `drill: crash, with: ${"{ a: ".repeat(100)}1${" }".repeat(100)}`);
  expect(codes(deep).some((code) => code.endsWith("too-large"))).toBe(true);
});

test("nothing of a file reaches a prototype", () => {
  codes(GOOD.replace("kind:", "__proto__: { polluted: true }\nkind:"));
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("yes and no are text, and the hint says so", () => {
  const result = parsePlaybook(`${GOOD}  guards: { allowQuorumLoss: yes }\n`, "h.yaml", smallRegistry, { set: {} });
  expect("problems" in result ? result.problems : []).toEqual([
    {
      file: "h.yaml",
      line: 7,
      column: 30,
      endColumn: 33,
      code: "wrong-type",
      message: '"allowQuorumLoss" takes true or false, not "yes"',
      hint: "YAML 1.2 reads yes as text: write true",
    },
  ]);
});
