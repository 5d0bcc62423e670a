// Every playbook we ship or print is one: playbooks/, the drills' examples, what `init` writes, and every yaml fence in the docs.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse, parseDocument } from "yaml";
import { STARTER } from "../src/cli/commands/init.ts";
import { loadRegistry } from "../src/cli/registry.ts";
import type { Playbook } from "../src/core/playbook.ts";
import { playbookJsonSchema } from "../src/playbook/json-schema.ts";
import { parsePlaybook } from "../src/playbook/parse.ts";
import { renderProblems } from "../src/playbook/render-problem.ts";
import { violations } from "./support/mini-json-schema.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const registry = await loadRegistry();
const schema = playbookJsonSchema(registry);

function playbookOf(text: string, file: string): Playbook {
  const result = parsePlaybook(text, file, registry, { set: {} });
  if ("problems" in result) throw new Error(`\n${renderProblems(result.problems, new Map([[file, text]]), false)}`);
  return result.playbook;
}

function filesIn(folder: string, suffix: string): readonly string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(suffix)).map((name) => join(folder, name));
}

const shipped = filesIn("playbooks", ".yaml");
const examples = filesIn("src/drills", "example.yaml");

test.each([...shipped, ...examples])("%s", (file) => {
  const text = readFileSync(join(root, file), "utf8");
  playbookOf(text, file);
  expect(violations(schema, parse(text))).toEqual([]);
});

test("what init writes", () => {
  const { name, objectives, method } = playbookOf(STARTER, "first-drill.yaml");
  expect({ name, objectives: objectives.length, method: method.length }).toEqual({ name: "first-drill", objectives: 2, method: 2 });
  expect(violations(schema, parse(STARTER))).toEqual([]);
});

test("every drill has an example that runs it, and a playbook of its name", () => {
  for (const { id } of registry.drills) {
    const example = join("src/drills", id, "example.yaml");
    const steps = playbookOf(readFileSync(join(root, example), "utf8"), example).method;
    expect(
      steps.some((step) => step.kind === "drill" && step.drill === id),
      example,
    ).toBe(true);
    expect(existsSync(join(root, "playbooks", `${id}.yaml`)), id).toBe(true);
  }
});

test("playbooks are named like their files, differently from one another", () => {
  const names = shipped.map((file) => [file, playbookOf(readFileSync(join(root, file), "utf8"), file).name] as const);
  expect(names.filter(([file, name]) => file !== join("playbooks", `${name}.yaml`))).toEqual([]);
});

const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].filter((page) => existsSync(join(root, page)));
const fences = [...pages, ...filesIn("docs", ".md")].flatMap((file) => {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/^```ya?ml\n(.*?)^```/gms)].map((match, index) => ({
    name: `${relative(root, join(root, file))} #${index + 1}`,
    text: match[1] ?? "",
  }));
});

test.each(fences)("$name is YAML, and a playbook when it says so", ({ name, text }) => {
  expect(parseDocument(text).errors).toEqual([]);
  if (/^apiVersion: firedrill/m.test(text)) playbookOf(text, name);
});

test("the JSON Schema refuses what the parser refuses, as far as a schema can", () => {
  const good = parse(STARTER) as { spec: Record<string, unknown>; metadata: Record<string, unknown> };
  const bad: readonly (readonly [string, unknown])[] = [
    ["unknown key", { ...good, spec: { ...good.spec, metod: [] } }],
    ["no method", { ...good, spec: { ...good.spec, method: [] } }],
    ["a number for a duration", { ...good, spec: { ...good.spec, baseline: 20 } }],
    ["an unknown drill", { ...good, spec: { ...good.spec, method: [{ name: "x", drill: "etcd-member-crsh" }] } }],
    [
      "an unknown parameter of a drill",
      { ...good, spec: { ...good.spec, method: [{ name: "x", drill: "etcd-member-crash", with: { membr: "one" } }] } },
    ],
    ["an unknown assertion", { ...good, spec: { ...good.spec, steadyState: ["etcd-helthy"] } }],
    ["an unknown kind of probe", { ...good, spec: { ...good.spec, probes: { w: { type: "etcd-wirte" } } } }],
    ["an objective without a promise", { ...good, spec: { ...good.spec, objectives: [{ id: "x" }] } }],
    ["sentinel: true", { ...good, spec: { ...good.spec, sentinel: true } }],
    ["a bad name", { ...good, metadata: { ...good.metadata, name: "Not An Id" } }],
  ];
  for (const [what, value] of bad) expect(violations(schema, value).length, what).toBeGreaterThan(0);
});

test("the JSON Schema allows an expression where a number, a duration or a choice stands", () => {
  const good = parse(STARTER) as { spec: Record<string, unknown> };
  const value = {
    ...good,
    spec: {
      ...good.spec,
      sentinel: false,
      baseline: "${{ parameters.hold }}",
      guards: { maxUnavailableMembers: "${{ parameters.n }}", allowQuorumLoss: "${{ parameters.q }}" },
    },
  };
  expect(violations(schema, value)).toEqual([]);
  expect(violations(schema, { ...good, spec: { ...good.spec, baseline: "${{ env.HOME }}" } }).length).toBeGreaterThan(0);
  const step = { name: "x", drill: "${{ parameters.drill }}" };
  expect(violations(schema, { ...good, spec: { ...good.spec, method: [step] } }).length).toBeGreaterThan(0);
});
