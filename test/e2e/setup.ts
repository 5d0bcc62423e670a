// Builds dist once: end-to-end tests run what users run.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export default function setup(): void {
  const built = spawnSync(process.execPath, [fileURLToPath(new URL("../../scripts/prepare.js", import.meta.url))], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(`the build failed:\n${built.stdout}${built.stderr}`);
}
