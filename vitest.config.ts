import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["src/**/*.test.ts", "test/*.test.ts"], pool: "forks", globalSetup: ["test/setup-etcd.ts"] } },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/setup-etcd.ts", "test/e2e/setup.ts"],
          pool: "forks",
          // Two cores, real clusters: one at a time, or the measurements measure the tests.
          maxWorkers: 1,
          fileParallelism: false,
          // Real elections on a shared machine: in CI a test that failed is tried once more, and the reporter says that it was.
          retry: process.env["CI"] === undefined ? 0 : 1,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
