import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  failedRecord,
  hostileRecord,
  inconclusiveRecord,
  killedRecord,
  leftBrokenRecord,
  passedRecord,
  RECORDS,
  refusedRecord,
} from "../../test/fixtures/record.ts";
import { all, type Element, parseMarkup, textOf, unsafeCharacters } from "../../test/support/markup-check.ts";
import type { RunRecord } from "../core/record.ts";
import { renderHtml } from "./html.ts";

function page(record: RunRecord): Element {
  return parseMarkup(renderHtml(record, {}), true);
}

function sectionText(root: Element, id: string): string {
  return textOf(all(root, "section").find((section) => section.attributes["id"] === id) ?? { name: "", attributes: {}, children: [] });
}

describe.each(Object.entries(RECORDS))("%s", (_name, make) => {
  test("is well formed, and the same bytes twice", () => {
    const html = renderHtml(make(), {});
    expect(() => parseMarkup(html, true)).not.toThrow();
    expect(renderHtml(make(), {})).toBe(html);
  });

  test("runs nothing and asks nobody", () => {
    const root = page(make());
    for (const name of ["script", "img", "iframe", "object", "form", "base"]) expect(all(root, name)).toEqual([]);
    const html = renderHtml(make(), {});
    expect(html).not.toMatch(/\son\w+=|javascript:|\sstyle=|@import|url\((?!#)/);
    expect(all(root, "link").map((link) => link.attributes["href"])).toEqual(["data:,"]);
  });

  test("its policy names its own style sheet and nothing else", () => {
    const root = page(make());
    const style = textRaw(all(root, "style")[0]);
    const digest = createHash("sha256").update(style).digest("base64");
    const policy = all(root, "meta").find((meta) => meta.attributes["http-equiv"] === "Content-Security-Policy")?.attributes["content"];
    expect(policy?.replaceAll("&#39;", "'")).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
  });

  test("every picture says in words what it shows, and every reference has its target", () => {
    const root = page(make());
    const ids = elements(root).flatMap((element) => (element.attributes["id"] === undefined ? [] : [element.attributes["id"]]));
    expect(new Set(ids).size).toBe(ids.length);
    for (const svg of all(root, "svg")) {
      if (svg.attributes["aria-hidden"] === "true") continue;
      expect(svg.attributes["role"]).toBe("img");
      expect(textOf(all(svg, "title")[0] ?? svg)).not.toBe("");
      expect(textOf(all(svg, "desc")[0] ?? svg).length).toBeGreaterThan(20);
    }
    for (const element of elements(root)) {
      for (const id of (element.attributes["aria-labelledby"] ?? "").split(" ")) if (id !== "") expect(ids).toContain(id);
      if (element.attributes["fill"]?.startsWith("url(#") === true) expect(ids).toContain(element.attributes["fill"].slice(5, -1));
    }
  });

  test("says its outcome as a word, its environment and its sentence", () => {
    const record = make();
    const root = page(record);
    const header = textOf(all(root, "header")[0] ?? root);
    expect(header).toContain(record.outcome);
    expect(header).toContain(record.run.target.disposable ? "DISPOSABLE" : "NOT DISPOSABLE");
    expect(header.toLowerCase()).toContain(record.verdict.toLowerCase().replace(`${record.outcome}: `, ""));
    expect(textOf(all(root, "title")[0] ?? root)).toContain(record.outcome);
  });

  test("has tables whose rows are as wide as their head", () => {
    for (const table of all(page(make()), "table")) {
      const [head, ...rows] = all(table, "tr");
      for (const row of rows) expect(cells(row)).toBe(cells(head));
    }
  });

  test("uses none of the words that would turn evidence into a claim", () => {
    expect(renderHtml(make(), {})).not.toMatch(/complian|certif|satisf|guarantee|audit-ready/i);
  });
});

function cells(row: Element | undefined): number {
  return row === undefined ? 0 : all(row, "th").length + all(row, "td").length;
}

function elements(root: Element): readonly Element[] {
  return root.children.flatMap((child) => (typeof child === "string" ? [] : [child, ...elements(child)]));
}

function textRaw(element: Element | undefined): string {
  return element?.children.filter((child) => typeof child === "string").join("") ?? "";
}

describe("what it tells", () => {
  test("objectives with promise, source, measurement and verdict", () => {
    const text = sectionText(page(failedRecord()), "objectives");
    for (const part of ["RTO ≤ 5 s", "BIA 2026, platform, row 4", "20.9 s ± 20 ms", "missed", "no source named"])
      expect(text).toContain(part);
  });

  test("the picture's description carries verdict, phases and moments", () => {
    const desc = textOf(all(page(passedRecord()), "desc")[0] ?? { name: "", attributes: {}, children: [] });
    for (const part of [
      "1.24 s ± 20 ms",
      "baseline from +0.04 s to +3.21 s",
      "fault held",
      "undo",
      "settle and soak",
      "Effect proved at +3.29 s",
    ])
      expect(desc).toContain(part);
  });

  test("a short outage is drawn a second time, a long one is not", () => {
    expect(textOf(page(passedRecord()))).toContain("around the fault");
    expect(textOf(page(failedRecord()))).not.toContain("around the fault");
  });

  test("unsampled time has a look of its own", () => {
    expect(elements(page(inconclusiveRecord())).filter((element) => element.attributes["class"] === "s-none").length).toBeGreaterThan(1);
    expect(elements(page(passedRecord())).filter((element) => element.attributes["class"] === "s-none")).toHaveLength(1);
  });

  test("four recoveries, from the fault and from the repair, beside the settings they depend on", () => {
    const text = sectionText(page(passedRecord()), "recoveries");
    for (const part of [
      "Service restored",
      "Data verified",
      "Redundancy restored",
      "Normal restored",
      "before repair began",
      "5.32 s",
      "etcd election timeout",
    ]) {
      expect(text).toContain(part);
    }
  });

  test("exact commands, and the proof of effect and undo", () => {
    const text = sectionText(page(passedRecord()), "method");
    for (const part of ["kill -KILL 5012", "effect proved at +3.29 s", "taken back, verified by looking"]) expect(text).toContain(part);
    expect(sectionText(page(inconclusiveRecord()), "method")).toContain("effect not proved");
  });

  test("lost though acknowledged, with examples", () => {
    const text = sectionText(page(failedRecord()), "data");
    expect(text).toContain("3 writes of 743 acknowledged are gone");
    expect(text).toContain("sequence numbers 61, 62, 63");
  });

  test("a run left broken says so first, and how to put it back", () => {
    const text = textOf(all(page(leftBrokenRecord()), "header")[0] ?? page(leftBrokenRecord()));
    expect(text).toContain("Left broken");
    expect(text).toContain("firedrill recover 20261121T090000Z-etcd-leader-crash-7f3a9c");
  });

  test("a killed run says that its record is incomplete and its fault was not put back", () => {
    const text = textOf(page(killedRecord()));
    expect(text).toContain("Incomplete record");
    expect(text).toContain("fault, not put back");
    expect(text).toContain("Nobody looked");
  });

  test("a refused run has no picture and says why it was refused", () => {
    const root = page(refusedRecord());
    expect(sectionText(root, "picture")).toContain("there is no picture to draw");
    expect(sectionText(root, "checks")).toContain("2 of 3 members would be down at once");
  });

  test("the journal's digest and how to check it", () => {
    const record = passedRecord();
    const text = sectionText(page(record), "evidence");
    expect(text).toContain(record.journal.head);
    expect(text).toContain("firedrill report render --format json .");
  });
});

describe("hostile names are only text", () => {
  const esc = "\u001b";
  test.each([
    ["a script", `<script>alert(1)</script><img src=x onerror=alert(1)>`],
    ["the end of a style sheet", `</style><script>alert(1)</script>`],
    ["the end of a CDATA section", `]]><!--`],
    ["quotes", `" onload="alert(1)' x='`],
    ["a terminal sequence", `${esc}]0;owned\u0007${esc}[31mred`],
    ["a direction override", "\u202egnp.exe\u2066"],
    ["10 000 characters", "W".repeat(10_000)],
  ])("%s", (_what, text) => {
    const record = hostileRecord(text);
    const html = renderHtml(record, {});
    const root = parseMarkup(html, true);
    for (const name of ["script", "img"]) expect(all(root, name)).toEqual([]);
    expect(all(root, "style")).toHaveLength(1);
    for (const element of elements(root)) for (const name of Object.keys(element.attributes)) expect(name).not.toMatch(/^on|^style$/);
    expect(unsafeCharacters(html)).toEqual([]);
    expect(renderHtml(record, {})).toBe(html);
    expect(Buffer.byteLength(html)).toBeLessThan(2_000_000);
  });
});
