// Four honest answers to "how long did it take", beside the settings that the answers depend on.
import type { Recovery, RunRecord, StepResult } from "../core/record.ts";
import { formatDuration } from "../util/duration.ts";
import { formatRecovery, NO_VALUE, RECOVERY_MEANING, RECOVERY_TITLE } from "./format.ts";
import { type Cell, facts, paragraph, section, table, withNote } from "./html-parts.ts";
import { type Markup, markup } from "./markup.ts";

export function recoveriesSection(record: RunRecord): Markup | null {
  const faults = record.steps.filter((step) => step.kind === "drill" && step.faultAtMs !== null && step.recoveries.length > 0);
  if (faults.length === 0) return null;
  const constants = Object.entries(record.facts?.constants ?? {});
  const { rules } = record.run;
  return section("recoveries", "Recovery, measured four ways", [
    paragraph(
      `Recovered means: good for ${formatDuration(rules.recoveredForMs)} without a break. The time given is that of the start of this window; the wait for it was at most ${formatDuration(rules.recoverWithinMs)}. “From repair” counts from the start of the undo or of the recovery procedure. Every time is value ± resolution, and objectives are judged on the later end.`,
    ),
    ...faults.map((step) => stepTable(step)),
    constants.length > 0
      ? markup`<h3>Settings of the target that these times depend on</h3>${facts(constants)}`
      : paragraph(
          "No effective settings of the target were read, so these times cannot be compared with what its configuration would explain.",
        ),
  ]);
}

function stepTable(step: StepResult): Markup {
  const on = step.victims.length === 0 ? "" : ` (${step.victims.join(", ")})`;
  return table({
    caption: `${step.name}${on}`,
    columns: [
      { title: "Recovery" },
      { title: "From the fault", numeric: true },
      { title: "From repair", numeric: true },
      { title: "How it is known" },
    ],
    rows: step.recoveries.map(recoveryRow),
  });
}

function recoveryRow(recovery: Recovery): readonly Cell[] {
  return [
    withNote(RECOVERY_TITLE[recovery.kind], RECOVERY_MEANING[recovery.kind]),
    formatRecovery(recovery),
    sinceRepair(recovery),
    recovery.why,
  ];
}

function sinceRepair(recovery: Recovery): string {
  if (recovery.sinceRepairMs !== null) return formatDuration(recovery.sinceRepairMs);
  return recovery.measured === null || recovery.neverLost ? NO_VALUE : "before repair began";
}
