// What is generated is what the code says now.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { generatedFiles, staleFiles } from "../scripts/generate.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

test("every generated file is current, and nothing is left over (else: node scripts/generate.ts)", async () => {
  expect(await staleFiles()).toEqual([]);
});

test("generating twice gives the same bytes", async () => {
  expect([...(await generatedFiles())]).toEqual([...(await generatedFiles())]);
});

test("--check ends well when nothing is stale", () => {
  expect(execFileSync(process.execPath, ["scripts/generate.ts", "--check"], { cwd: root, encoding: "utf8" })).toBe("");
});

test("no page has an undescribed field", async () => {
  for (const [path, text] of await generatedFiles()) {
    if (!path.endsWith(".md") || path.endsWith("cli.md")) continue;
    const empty = text.split("\n").filter((line) => /^\| `[^`]+` \|.*\|\s*\|$/.test(line));
    expect(empty, path).toEqual([]);
  }
});

test("the schema in the repository is the one the yaml-language-server line of our playbooks names", () => {
  const first = readFileSync(`${root}playbooks/leader-crash.yaml`, "utf8").split("\n")[0];
  expect(first).toBe("# yaml-language-server: $schema=../schema/playbook.schema.json");
});
