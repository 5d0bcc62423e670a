// Tests start etcd, etcdctl and etcdutl by name. On a machine that has none they are found or fetched as the product would, once.
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { findEtcd } from "../src/targets/shared/assets.ts";

export default async function setup(): Promise<void> {
  const tools = await findEtcd(
    {
      env: process.env,
      cacheDir: join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "firedrill"),
      isRoot: process.getuid?.() === 0,
      onProgress: (line) => console.log(line),
    },
    AbortSignal.timeout(300_000),
  );
  process.env["PATH"] = `${process.env["PATH"] ?? ""}${delimiter}${dirname(tools.etcd)}`;
  for (const limit of tools.limits) console.log(`note: ${limit}`);
}
