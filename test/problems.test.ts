// Bad playbooks and exactly what is said about them. To accept new texts: vitest run --update=all test/problems.test.ts, then read the diff.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parsePlaybook } from "../src/playbook/parse.ts";
import { PROBLEM_CODES } from "../src/playbook/problem.ts";
import { renderProblems } from "../src/playbook/render-problem.ts";
import { smallRegistry } from "./support/small-registry.ts";

const folder = fileURLToPath(new URL("golden/playbooks/", import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

test.each(names)("%s", async (name) => {
  const text = readFileSync(`${folder}${name}`, "utf8");
  const result = parsePlaybook(text, name, smallRegistry, { set: {} });
  if (!("problems" in result)) throw new Error(`${name} has no problems`);
  for (const problem of result.problems) {
    expect(Object.keys(PROBLEM_CODES)).toContain(problem.code);
    expect(problem.endColumn).toBeGreaterThan(problem.column);
  }
  await expect(renderProblems(result.problems, new Map([[name, text]]), false)).toMatchFileSnapshot(
    `${folder}${name.replace(".yaml", ".txt")}`,
  );
});

test("no two problems of one playbook stand at one place with one code", () => {
  for (const name of names) {
    const result = parsePlaybook(readFileSync(`${folder}${name}`, "utf8"), name, smallRegistry, { set: {} });
    const problems = "problems" in result ? result.problems : [];
    const places = problems.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
    expect(places).toEqual([...new Set(places)]);
    const order = problems.map(({ line, column }) => line * 10_000 + column);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  }
});
