import { assert, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { unsafeCharacters } from "../../test/support/markup-check.ts";
import { clip, escapeHtml, escapeMarkdown, escapeXml, markdownCode, oneLine, plainText } from "./escape.ts";

const ESC = "\u001b";

describe("plainText", () => {
  test.each([
    ["colours", `${ESC}[31mred${ESC}[0m`, "red"],
    ["cursor movements", `a${ESC}[2Kb${ESC}[1;1Hc`, "abc"],
    ["8-bit CSI", "a\u009b31mb", "ab"],
    ["window titles and links", `a${ESC}]0;owned\u0007b${ESC}]8;;https://example.org${ESC}\\c`, "abc"],
    ["an unfinished window title", `a${ESC}]0;rest`, "a"],
    ["two-character escapes", `a${ESC}cb${ESC}(Bc`, "abc"],
    ["carriage returns", "good\r\nbad\rworse", "good\nbad\nworse"],
    ["control characters", "a\u0000b\u0008c\u007f", "a\u2400b\u2408c\u2421"],
    ["direction overrides", "a\u202eb\u2066c", "a[U+202E]b[U+2066]c"],
    ["zero-width and tag characters", "a\u200bb\u{e0041}", "a[U+200B]b[U+E0041]"],
    ["line separators", "a\u2028b", "a[U+2028]b"],
    ["lone surrogates and noncharacters", "a\ud800b\uffffc\u{1fffe}", "a\ufffdb\ufffdc\ufffd"],
  ])("takes away %s", (_what, text, expected) => {
    expect(plainText(text)).toBe(expected);
  });

  test("leaves words of any script alone", () => {
    const words = "Grüße שלום 数据 👩‍🚒\n\tend";
    expect(plainText(words)).toBe(words);
  });

  test("whatever comes in, nothing that acts or hides comes out", () => {
    assert(
      property(string({ unit: "binary" }), (text) => {
        expect(unsafeCharacters(plainText(text))).toEqual([]);
      }),
    );
  });
});

describe("clip", () => {
  test("counts what it cut, by characters", () => {
    expect(clip("😀😀😀😀", 2)).toBe("😀😀… (2 more characters)");
  });
  test("leaves what fits", () => {
    expect(clip("😀😀", 2)).toBe("😀😀");
  });
});

describe("markup", () => {
  test("HTML", () => {
    expect(escapeHtml(`<script>"&'</script>]]>`)).toBe("&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;]]&gt;");
  });
  test("XML attributes keep their line breaks", () => {
    expect(escapeXml("a\n\tb")).toBe("a&#10;&#9;b");
  });
  test("very long text is cut", () => {
    expect(escapeHtml("x".repeat(10_000))).toBe(`${"x".repeat(2000)}… (8000 more characters)`);
  });
});

describe("Markdown", () => {
  test.each([
    ["structure", "*a* _b_ `c` # | ~ [x](y) !", "\\*a\\* \\_b\\_ \\`c\\` \\# \\| \\~ \\[x\\](y) \\!"],
    ["HTML", "<img src=x>&amp;", "&lt;img src=x&gt;&amp;amp;"],
    ["a list at the start", "- a", "\\- a"],
    ["a numbered list at the start", "1. a", "1\\. a"],
    ["nothing in a plain number", "1.24 s", "1.24 s"],
    ["mentions", "@everyone", "@<!-- -->everyone"],
    ["links", "https://example.org www.example.org", "https<!-- -->://example.org www<!-- -->.example.org"],
    ["line breaks", "a\n\n# b", "a \\# b"],
  ])("takes away %s", (_what, text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });
  test("code survives bars and backticks", () => {
    expect(markdownCode("a|b `c` <d>")).toBe("<code>a&#124;b &#96;c&#96; &#60;d&#62;</code>");
  });
});

test("oneLine has no line break", () => {
  expect(oneLine("  a \n b\tc ")).toBe("a b c");
});
