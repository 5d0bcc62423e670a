import { describe, expect, test } from "vitest";
import {
  abortedRecord,
  failedRecord,
  hostileRecord,
  inconclusiveRecord,
  leftBrokenRecord,
  passedRecord,
  RECORDS,
  refusedRecord,
} from "../../test/fixtures/record.ts";
import { all, type Element, parseMarkup, unsafeCharacters } from "../../test/support/markup-check.ts";
import type { RunRecord } from "../core/record.ts";
import { renderJunit } from "./junit.ts";

function parse(record: RunRecord): Element {
  return parseMarkup(renderJunit(record), false);
}

function problems(record: RunRecord): readonly string[] {
  return all(parse(record), "testcase").flatMap((one) =>
    one.children.flatMap((child) => (typeof child === "string" ? [] : [`${child.name} ${child.attributes["type"] ?? ""}`])),
  );
}

/** What junit-10.xsd allows, as far as we use it. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  testsuites: ["name", "tests", "failures", "errors", "time"],
  testsuite: ["name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"],
  properties: [],
  property: ["name", "value"],
  testcase: ["classname", "name", "time"],
  failure: ["type", "message"],
  error: ["type", "message"],
};

describe.each(Object.entries(RECORDS))("%s", (_name, make) => {
  test("is well formed and keeps to the schema's elements and attributes", () => {
    const check = (element: Element): void => {
      for (const child of element.children) {
        if (typeof child === "string") continue;
        expect(ALLOWED[child.name]).toEqual(expect.arrayContaining(Object.keys(child.attributes)));
        if (child.attributes["time"] !== undefined) expect(child.attributes["time"]).toMatch(/^\d+\.\d{3}$/);
        check(child);
      }
    };
    check(parse(make()));
  });

  test("counts what it holds, with names that are told apart", () => {
    const root = parse(make());
    const cases = all(root, "testcase");
    for (const holder of [...all(root, "testsuites"), ...all(root, "testsuite")]) {
      expect(holder.attributes["tests"]).toBe(String(cases.length));
      expect(holder.attributes["failures"]).toBe(String(all(root, "failure").length));
      expect(holder.attributes["errors"]).toBe(String(all(root, "error").length));
    }
    expect(new Set(cases.map((one) => `${one.attributes["classname"] ?? ""} ${one.attributes["name"] ?? ""}`)).size).toBe(cases.length);
  });

  test("is green exactly when the run passed", () => {
    expect(problems(make()).length === 0).toBe(make().outcome === "passed");
  });

  test("is the same twice", () => {
    expect(renderJunit(make())).toBe(renderJunit(make()));
  });
});

test("each outcome has its element", () => {
  expect(problems(failedRecord())).toEqual(["failure objective.rto", "failure objective.rpo-writes"]);
  expect(problems(inconclusiveRecord())).toEqual(["error inconclusive", "error inconclusive", "error inconclusive"]);
  expect(problems(refusedRecord()).at(-1)).toBe("error refused");
  expect(problems(abortedRecord()).at(-1)).toBe("error aborted");
  expect(problems(leftBrokenRecord())).toEqual(["failure left-broken"]);
});

test("a failed run whose reason no other case carries still fails", () => {
  expect(problems({ ...passedRecord(), outcome: "failed" })).toEqual(["failure failed"]);
  expect(problems({ ...passedRecord(), outcome: "inconclusive" })).toEqual(["error inconclusive"]);
});

test("hostile names are only text", () => {
  const text = `<x a="1">]]>&\u001b[31m\u0000\u202e\ud800`;
  const xml = renderJunit(hostileRecord(text));
  expect(() => parseMarkup(xml, false)).not.toThrow();
  expect(unsafeCharacters(xml)).toEqual([]);
  expect(all(parseMarkup(xml, false), "x")).toEqual([]);
});
