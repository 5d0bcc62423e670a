// The page around a report: one file that asks nobody for anything and runs nothing.
import { sha256 } from "../util/digest.ts";
import { styleSheet } from "./html-style.ts";
import { type Markup, markup, trusted } from "./markup.ts";

/** A whole HTML document. The policy allows this one style sheet, by digest, and nothing else: no script, no request, no form. */
export function htmlPage(title: string, body: Markup): string {
  const style = styleSheet();
  const digest = Buffer.from(sha256(style), "hex").toString("base64");
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="firedrill">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
${body}</body>
</html>
`;
  return page.markup;
}
