// Promise against measurement, one row each.
import type { ObjectiveResult, RunRecord } from "../core/record.ts";
import { promiseLimit, RECOVERY_TITLE } from "./format.ts";
import { type Cell, paragraph, section, table, verdictBadge, withNote } from "./html-parts.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";

export function objectivesSection(record: RunRecord): Markup {
  const body =
    record.objectives.length === 0
      ? paragraph("The playbook sets no objective: there was nothing to meet or to miss.")
      : table({
          caption: "Objectives, as set before the run",
          captionHidden: true,
          columns: [{ title: "Promise" }, { title: "Verdict" }, { title: "Measured" }, { title: "Why" }, { title: "Set by" }],
          rows: record.objectives.map(row),
        });
  return section("objectives", "Objectives", [body]);
}

function row(objective: ObjectiveResult): readonly Cell[] {
  const { spec } = objective;
  return [
    withNote(objective.promise, boundTo(objective)),
    verdictBadge(objective.verdict),
    markup`${objective.measured}${bullet(objective)}`,
    objective.because,
    spec.source ?? markup`<span class="soft">no source named</span>`,
  ];
}

function boundTo({ spec }: ObjectiveResult): string {
  const parts = [spec.id];
  if (spec.promise.kind === "rto") parts.push(RECOVERY_TITLE[spec.promise.of].toLowerCase());
  if (spec.probes.length > 0) parts.push(spec.probes.join(", "));
  return parts.join(" · ");
}

/** A bar against its limit. A share near 1 would show nothing, and of a count of 0 there is nothing to draw. */
function bullet(objective: ObjectiveResult): Markup {
  const { measuredValue: value, verdict } = objective;
  const { promise } = objective.spec;
  if (value === null || promise.kind === "availability") return NOTHING;
  const limit = promiseLimit(promise);
  if (value <= 0 && limit === 0) return NOTHING;
  const end = Math.max(limit, value) * 1.15;
  const share = (of: number): number => Math.round((Math.max(0, of) / end) * 1000) / 10;
  const look = verdict === "met" ? "b-met" : verdict === "missed" ? "b-missed" : "b-open";
  const fill = verdict === "missed" && markup` fill="url(#hatch)"`;
  // Decoration for the eye: the numbers stand beside it.
  return markup`<svg class="bullet" aria-hidden="true" width="100%" height="12"><rect class="b-room" x="0" y="2" width="100%" height="8"/><rect class="${look}"${fill} x="0" y="2" width="${Math.max(0.8, share(value))}%" height="8"/><line class="b-limit" x1="${share(limit)}%" x2="${share(limit)}%" y1="0" y2="12"/></svg>`;
}
