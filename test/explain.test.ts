// The examples that `explain` prints are made from the schemas; each must be accepted when pasted into a playbook.
import { expect, test } from "vitest";
import { loadRegistry } from "../src/cli/registry.ts";
import { explainAssertion, explainDrill, explainProbe, explanationMarkdown, explanationText } from "../src/playbook/explain.ts";
import { allFields } from "../src/playbook/fields.ts";
import { parsePlaybook } from "../src/playbook/parse.ts";

const registry = await loadRegistry();
const HEAD = "apiVersion: firedrill.dev/v1\nkind: Playbook\nmetadata: { name: n, title: t }\nspec:\n";
const CRASH = "  method:\n    - { name: Kill, drill: etcd-member-crash }\n";
const indented = (text: string | null): string => (text ?? "").replaceAll(/^/gm, "    ");

function problems(text: string): readonly string[] {
  const result = parsePlaybook(text, "e.yaml", registry, { set: {} });
  return "problems" in result ? result.problems.map(({ message }) => message) : [];
}

test.each(registry.drills)("drill $id", (drill) => {
  expect(problems(`${HEAD}  method:\n${indented(explainDrill(drill).example)}\n`)).toEqual([]);
});

test.each(registry.assertions)("assertion $id", (assertion) => {
  expect(problems(`${HEAD}${CRASH}  steadyState:\n${indented(explainAssertion(assertion).example)}\n`)).toEqual([]);
});

test.each(registry.probes)("probe $id", (probe) => {
  expect(problems(`${HEAD}${CRASH}  probes:\n${indented(explainProbe(probe).example)}\n`)).toEqual([]);
});

test("every fact is there in text and in Markdown, and text fits a terminal", () => {
  for (const drill of registry.drills) {
    const explanation = explainDrill(drill);
    for (const text of [explanationText(explanation), explanationMarkdown(explanation, 2)]) {
      const words = text.replaceAll(/\s+/g, " ");
      for (const part of [drill.id, drill.title, drill.summary, drill.effect, drill.undoes])
        expect(words).toContain(part.replaceAll(/\s+/g, " "));
    }
    expect(
      Math.max(
        ...explanationText(explanation)
          .split("\n")
          .map((line) => line.length),
      ),
      drill.id,
    ).toBeLessThanOrEqual(120);
  }
});

test("every part of the format has fields, each with a description", () => {
  const fields = allFields(registry);
  expect(fields.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["metadata", "spec", "spec.objectives", "spec.probes", "spec.guards", "spec.method", "spec.after"]),
  );
  for (const { name, rows } of fields) {
    expect(rows.length, name).toBeGreaterThan(0);
    for (const row of rows) expect(row.description, `${name}.${row.name}`).toBeTruthy();
  }
});
