import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolder, requireOwnFolder, userName } from "./folders.ts";

const NOBODY = 65_534;
const isRoot = userInfo().uid === 0;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "firedrill-test-"));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

test("our own folder is fine, and so is one that is still to be made in it", () => {
  requireOwnFolder(folder);
  requireOwnFolder(join(folder, "not", "there"));
  makeFolder(join(folder, "a", "b"));
  requireOwnFolder(join(folder, "a", "b"));
});

test("a file where a folder should be", () => {
  writeFileSync(join(folder, "file"), "");
  expect(() => makeFolder(join(folder, "file", "targets"))).toThrow(`"${join(folder, "file")}" is a file, and a folder is needed there`);
});

test.runIf(isRoot)("somebody else's data folder, with the owner's name and what to do", () => {
  mkdirSync(join(folder, "data"));
  chownSync(join(folder, "data"), NOBODY, NOBODY);
  expect(() => requireOwnFolder(join(folder, "data"))).toThrow(
    `"${join(folder, "data")}" belongs to ${userName(NOBODY)}, not to you (root)`,
  );
});

test.skipIf(isRoot)("a folder that cannot be written", () => {
  chmodSync(folder, 0o500);
  expect(() => makeFolder(join(folder, "targets"))).toThrow("cannot be written by you");
});

test("a user without a name is a number", () => {
  expect(userName(4_000_000_000)).toBe("user 4000000000");
});
