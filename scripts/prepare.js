// Runs after `npm ci` and `npm install` in a checkout: builds dist and makes `npx firedrill` find this very checkout.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const compiler = at("node_modules/typescript/bin/tsc");
// Installed for production only: dist came with the package.
if (existsSync(compiler)) {
  rmSync(at("dist"), { recursive: true, force: true });
  const built = spawnSync(process.execPath, [compiler, "-p", at("tsconfig.build.json")], { stdio: "inherit" });
  if (built.status !== 0) process.exit(built.status ?? 1);
  mkdirSync(at("node_modules/.bin"), { recursive: true });
  rmSync(at("node_modules/.bin/firedrill"), { force: true });
  symlinkSync("../../bin/firedrill.js", at("node_modules/.bin/firedrill"));
  chmodSync(at("bin/firedrill.js"), 0o755);
}
