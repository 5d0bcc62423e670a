import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readTrailer } from "./snapshot-trailer.ts";

const dir = mkdtempSync(join(tmpdir(), "firedrill-trailer-"));
afterAll(() => rmSync(dir, { recursive: true }));
const never = new AbortController().signal;

// Larger than one read, so that the trailer and the hold-back cross a border.
const pages = Buffer.alloc(512 * 4100, "etcd");
const good = Buffer.concat([pages, createHash("sha256").update(pages).digest()]);

function flipped(at: number): Buffer {
  const copy = Buffer.from(good);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

test.each([
  ["whole", good, true, /matches the trailer/],
  ["empty", Buffer.alloc(0), false, /the file is empty/],
  ["truncated", good.subarray(0, good.length - 1000), false, /no whole pages with a 32-byte trailer/],
  ["without its trailer", good.subarray(0, good.length - 32), false, /no whole pages with a 32-byte trailer/],
  ["cut to whole pages and 32 bytes", good.subarray(0, 512 * 8 + 32), false, /was changed or cut/],
  ["only 32 bytes", good.subarray(0, 32), false, /no whole pages/],
  ["first byte flipped", flipped(0), false, /was changed or cut/],
  ["byte in the middle flipped", flipped(1 << 20), false, /was changed or cut/],
  ["trailer flipped", flipped(good.length - 1), false, /was changed or cut/],
  ["no snapshot", Buffer.from("hello\n"), false, /no whole pages/],
])("a file that is %s", async (name, bytes, ok, detail) => {
  const file = join(dir, name.replaceAll(" ", "-"));
  writeFileSync(file, bytes);
  const trailer = await readTrailer(file, never);
  expect(trailer).toMatchObject({ sizeBytes: bytes.length, ok, detail: expect.stringMatching(detail) as string });
  expect(trailer.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
});

test("a missing file and a folder are findings", async () => {
  expect(await readTrailer(join(dir, "nothing"), never)).toMatchObject({
    ok: false,
    sha256: "",
    detail: `there is no file "${dir}/nothing"`,
  });
  expect(await readTrailer(dir, never)).toMatchObject({ ok: false, detail: `"${dir}" is no file` });
});
