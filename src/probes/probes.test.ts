import { expect, it } from "vitest";
import { probes } from "./index.ts";
import { planRows } from "./rows.ts";
import { shooters } from "./shots/index.ts";

it("has shots for every kind of probe, and describes every parameter", () => {
  expect(Object.keys(shooters)).toEqual(probes.map((kind) => kind.id));
  expect(probes.map((kind) => kind.id)).toEqual(probes.map((kind) => kind.id).toSorted());
  for (const kind of probes) {
    for (const [name, field] of Object.entries(kind.params.shape)) {
      expect((field as { description?: string }).description, `${kind.id}.${name}`).toMatch(/\.$/);
    }
  }
});

it("plans a row for each member of a per-member kind, asked in turn over the interval", () => {
  const connection = {
    members: ["m1", "m2"].map((name) => ({ name, clientUrl: "http://127.0.0.1:1" })),
    tls: null,
  };
  const spec = { everyMs: 20, deadlineMs: 1000, params: {} };
  const rows = planRows(
    [
      { id: "w", type: "etcd-write", ...spec },
      { id: "r", type: "etcd-redundancy", ...spec },
    ],
    probes,
    connection,
    500,
  );
  expect(rows.map((row) => [row.row, row.probe, row.endpoint, row.t0Ms])).toEqual([
    [0, "w", "m1", 500],
    [1, "w", "m2", 510],
    [2, "r", "-", 503],
  ]);
});
