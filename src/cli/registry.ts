import type { Registry } from "../core/playbook.ts";

/** Every drill, assertion and probe there is; loaded when first needed. */
export async function loadRegistry(): Promise<Registry> {
  const [{ drills }, { assertions }, { probes }] = await Promise.all([
    import("../drills/index.ts"),
    import("../assertions/index.ts"),
    import("../probes/index.ts"),
  ]);
  return { drills, assertions, probes };
}
