// Whether acknowledged writes are still there.
import type { SentinelCheck } from "../core/event.ts";
import type { RunRecord } from "../core/record.ts";
import { dataFinding } from "./data-finding.ts";
import { formatCount } from "./format.ts";
import { type Cell, code, facts, holdsBadge, paragraph, section, table } from "./html-parts.ts";
import { type Markup, markup } from "./markup.ts";

export function dataSection(record: RunRecord): Markup {
  const { data } = record;
  if (data === null) {
    return section("data", "Data", [paragraph("No check of the data was made: this run says nothing about loss of data.")]);
  }
  return section("data", "Data", [
    paragraph(dataFinding(data)),
    table({
      caption: "The sentinel writer's own keys: sequence numbers that only grow, no retries",
      columns: [{ title: "Count" }, { title: "Writes", numeric: true }, { title: "What it means" }],
      rows: countRows(data),
    }),
    facts([
      ["Revision last acknowledged", formatCount(data.highestAckedRevision)],
      ["Revision at the check", formatCount(data.revisionNow)],
      ["Revision went backwards", holdsBadge(!data.wentBackwards, "no", "yes: watch caches cannot notice the change")],
      ["Members agree (HashKV at one revision)", holdsBadge(data.hashesAgree, "yes", "no")],
      ...Object.entries(data.hashes).map(([member, hash]): [string, Cell] => [`HashKV of ${member}`, code(hash)]),
    ]),
  ]);
}

function countRows(data: SentinelCheck): readonly (readonly Cell[])[] {
  const examples =
    data.lostExamples.length === 0
      ? ""
      : `: sequence numbers ${data.lostExamples.join(", ")}${data.lostExamples.length < data.lost ? ", …" : ""}`;
  const bad = (count: number): Cell => (count > 0 ? markup`<strong class="missed">✗ ${formatCount(count)}</strong>` : "0");
  return [
    ["Written", formatCount(data.acked + data.failed + data.indeterminate), "every write that was sent"],
    ["Acknowledged", formatCount(data.acked), "the cluster promised to keep it"],
    ["Present", formatCount(data.present), "found when the data was checked"],
    ["Lost though acknowledged", bad(data.lost), `acknowledged and absent${examples}`],
    ["Other value or older revision", bad(data.mismatched), "present, but not as it was acknowledged"],
    ["Failed", formatCount(data.failed), "definitely not carried out"],
    ["Indeterminate", formatCount(data.indeterminate), "no answer in time: it may or may not have been carried out"],
    ["Landed without an answer", formatCount(data.landed), "not acknowledged but present; information, no fault"],
  ];
}
