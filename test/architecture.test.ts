// Who may import whom. A folder that is not in this table may import nothing: somebody has to decide. ARCHITECTURE.md says why.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const src = fileURLToPath(new URL("../src/", import.meta.url));

interface Rule {
  readonly folders: readonly string[];
  /** Third-party packages this folder may import. */
  readonly packages: readonly string[];
  readonly node: boolean;
}

const RULES: Readonly<Record<string, Rule>> = {
  util: { folders: [], packages: ["fastest-levenshtein"], node: true },
  core: { folders: ["util"], packages: ["zod"], node: false },
  playbook: { folders: ["core", "util"], packages: ["yaml", "zod", "tinyglobby"], node: true },
  drills: { folders: ["core", "util"], packages: ["zod"], node: false },
  assertions: { folders: ["core", "util"], packages: ["zod"], node: false },
  measure: { folders: ["core", "util"], packages: [], node: false },
  probes: { folders: ["core", "util", "targets/shared"], packages: ["zod"], node: true },
  "targets/shared": { folders: ["core", "util"], packages: ["etcd3", "cockatiel", "execa"], node: true },
  "targets/local": { folders: ["core", "util", "targets/shared"], packages: ["@peculiar/x509", "zod"], node: true },
  report: { folders: ["core", "util", "measure"], packages: ["listr2"], node: true },
  runner: { folders: ["core", "util", "measure", "probes"], packages: [], node: true },
  cli: {
    folders: [
      "core",
      "util",
      "playbook",
      "drills",
      "assertions",
      "probes",
      "targets/shared",
      "targets/local",
      "runner",
      "report",
      "measure",
    ],
    packages: [],
    node: true,
  },
};

/** The one file that may import a package, where there is one. */
const SOLE: Readonly<Record<string, string>> = {
  listr2: "report/progress-tty.ts",
  execa: "targets/shared/exec.ts",
};

/** Globals of the process and its clocks, and who may use them. */
const GLOBALS: readonly { readonly pattern: RegExp; readonly allowed: readonly string[]; readonly why: string }[] = [
  { pattern: /\bconsole\./, allowed: [], why: "text goes through Io" },
  { pattern: /\bprocess\.env\b/, allowed: ["cli/main.ts", "targets/local/supervisor.ts"], why: "the environment arrives as Io.env" },
  {
    pattern: /\bprocess\.exit\(/,
    allowed: ["cli/main.ts", "targets/local/supervisor.ts"],
    why: "a library that ends its host has stolen the undo",
  },
  { pattern: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/, allowed: ["util/clock.ts"], why: "time is read in util/clock.ts" },
];

const files = (readdirSync(src, { recursive: true }) as string[])
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  .map((name) => name.split(sep).join("/"));

function folderOf(file: string): string {
  const [first = "", second = ""] = file.split("/");
  return first === "targets" && file.split("/").length > 2 ? `${first}/${second}` : first;
}

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(src, file), "utf8");
  return [...text.matchAll(/(?:^|\s)(?:import|export)\s[^"';]*?from\s+"([^"]+)"|(?:^|\s)import\s+"([^"]+)"|\bimport\("([^"]+)"\)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
}

test("every import goes downward, and packages are imported by the folder that owns them", () => {
  const problems: string[] = [];
  for (const file of files) {
    const folder = folderOf(file);
    const rule = RULES[folder];
    for (const name of importsOf(file)) {
      if (rule === undefined) {
        problems.push(`${file}: folder "${folder}" has no rule`);
      } else if (name.startsWith(".")) {
        const to = folderOf(
          relative(src, resolve(join(src, dirname(file)), name))
            .split(sep)
            .join("/"),
        );
        if (to !== folder && !rule.folders.includes(to)) problems.push(`${file} imports ${to}`);
      } else if (name.startsWith("node:")) {
        if (!rule.node) problems.push(`${file} imports ${name}`);
      } else {
        const bare = name.startsWith("@") ? name.split("/").slice(0, 2).join("/") : (name.split("/")[0] ?? name);
        if (!rule.packages.includes(bare)) problems.push(`${file} imports package ${bare}`);
        if (SOLE[bare] !== undefined && SOLE[bare] !== file) problems.push(`${file} imports ${bare}, which is ${SOLE[bare]}'s`);
      }
    }
  }
  expect(problems).toEqual([]);
});

test("process globals and clocks are used where they belong", () => {
  const problems: string[] = [];
  for (const file of files) {
    const code = readFileSync(join(src, file), "utf8").replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
    for (const { pattern, allowed, why } of GLOBALS)
      if (pattern.test(code) && !allowed.includes(file)) problems.push(`${file}: ${String(pattern)}: ${why}`);
  }
  expect(problems).toEqual([]);
});

test("a file is one concept: none is longer than 300 lines", () => {
  const long = files.filter((file) => readFileSync(join(src, file), "utf8").split("\n").length > 301);
  expect(long).toEqual([]);
});

test("a drill asks no target, runner or other drill: shared code never asks which drill it has", () => {
  const ids = readdirSync(join(src, "drills"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "shared")
    .map(({ name }) => name);
  const problems: string[] = [];
  for (const file of files.filter((name) => !name.startsWith("drills/"))) {
    const code = readFileSync(join(src, file), "utf8").replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
    // Help texts and examples may name a drill; comparing with one may not.
    for (const id of ids.filter((name) => name.startsWith("etcd-")))
      if (new RegExp(`[=!]==\\s*"${id}"|case "${id}"`).test(code)) problems.push(`${file} asks for ${id}`);
  }
  expect(problems).toEqual([]);
});
