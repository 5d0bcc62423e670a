// Writes what is made from the code: schema/ and docs/generated/. With --check, writes nothing and exits 1 when a file is stale.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { commands } from "../src/cli/commands/index.ts";
import { cliPage } from "../src/cli/docs-page.ts";
import { loadRegistry } from "../src/cli/registry.ts";
import { assertionsPage, type DrillFiles, drillsPage, errorsPage, playbookPage, probesPage } from "../src/playbook/docs.ts";
import { playbookJsonSchema } from "../src/playbook/json-schema.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const GENERATED_DIR = "docs/generated";

/** Every generated file: path from the repository's root, to its text. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const registry = await loadRegistry();
  const helps = await Promise.all(commands.map(async (entry) => (await entry.load()).help));
  return new Map([
    ["schema/playbook.schema.json", `${JSON.stringify(playbookJsonSchema(registry), null, 2)}\n`],
    [`${GENERATED_DIR}/drills.md`, drillsPage(registry, drillFiles)],
    [`${GENERATED_DIR}/assertions.md`, assertionsPage(registry)],
    [`${GENERATED_DIR}/probes.md`, probesPage(registry)],
    [`${GENERATED_DIR}/playbook.md`, playbookPage(registry)],
    [`${GENERATED_DIR}/errors.md`, errorsPage()],
    [`${GENERATED_DIR}/cli.md`, cliPage(helps)],
  ]);
}

/** Paths that differ from what the code says now, or that nothing generates any more. */
export async function staleFiles(): Promise<readonly string[]> {
  const wanted = await generatedFiles();
  const stale = [...wanted].filter(([path, text]) => textOf(path) !== text).map(([path]) => path);
  const left = readdirSync(join(ROOT, GENERATED_DIR))
    .map((name) => `${GENERATED_DIR}/${name}`)
    .filter((path) => !wanted.has(path));
  return [...stale, ...left].toSorted();
}

function drillFiles(id: string): DrillFiles {
  return { notes: textOf(`src/drills/${id}/notes.md`), example: textOf(`src/drills/${id}/example.yaml`) };
}

function textOf(path: string): string | null {
  try {
    return readFileSync(join(ROOT, path), "utf8");
  } catch {
    return null;
  }
}

async function main(check: boolean): Promise<number> {
  if (check) {
    const stale = await staleFiles();
    for (const path of stale) console.error(`stale: ${path}`);
    if (stale.length > 0) console.error("run: node scripts/generate.ts");
    return stale.length === 0 ? 0 : 1;
  }
  for (const [path, text] of await generatedFiles()) {
    if (textOf(path) === text) continue;
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    console.log(`wrote ${relative(process.cwd(), join(ROOT, path))}`);
  }
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.includes("--check"));
