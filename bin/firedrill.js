#!/usr/bin/env node
// Starts Firedrill under a Node that can run it: this one when it is new enough, else the one that `npm ci` installed beside it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FLOOR = [22, 18];
const HANDED_OVER = "FIREDRILL_HANDED_OVER";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const newEnough = major > FLOOR[0] || (major === FLOOR[0] && minor >= FLOOR[1]);

if (newEnough) {
  const built = new URL("../dist/cli/main.js", import.meta.url);
  const source = new URL("../src/cli/main.ts", import.meta.url);
  const { main } = await import(existsSync(fileURLToPath(built)) ? built.href : source.href);
  await main();
} else {
  const pinned = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
  if (process.env[HANDED_OVER] !== undefined || !existsSync(pinned)) {
    process.stderr.write(
      `firedrill needs Node ${FLOOR.join(".")} or newer and this is ${process.version}: run \`npm ci\` in its folder, which brings a Node of its own, or install a newer Node.\n`,
    );
    process.exit(2);
  }
  const child = spawn(pinned, process.argv.slice(1), { stdio: "inherit", env: { ...process.env, [HANDED_OVER]: "1" } });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // Ctrl-C on a terminal reaches the child by itself; handing it on would make it a second one.
      if (signal !== "SIGINT" || process.stdin.isTTY !== true) child.kill(signal);
    });
  }
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 70);
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}
