import { expect, it } from "vitest";
import { monoMs } from "../util/clock.ts";
import { startProbes } from "./client.ts";

it("says in one error why the worker could not start", async () => {
  const errors: string[] = [];
  const starting = startProbes(
    {
      connection: {
        members: [{ name: "m1", clientUrl: "https://127.0.0.1:1" }],
        tls: { caFile: "/nowhere/ca.crt", certFile: "/nowhere/a.crt", keyFile: "/nowhere/a.key" },
      },
      expectedVoters: 1,
      probes: [{ id: "w", type: "etcd-write", everyMs: 50, deadlineMs: 100, params: {} }],
      sentinel: null,
      runId: "none",
      monoAnchorMs: monoMs(),
      batchEveryMs: 50,
    },
    { onSamples: () => undefined, onSentinel: () => undefined, onStall: () => undefined, onError: (line) => void errors.push(line) },
    new AbortController().signal,
  );
  await expect(starting).rejects.toMatchObject({ code: "TARGET_UNREACHABLE", message: expect.stringContaining("/nowhere/ca.crt") });
  expect(errors).toHaveLength(1);
});
