// One run as one page. Pure: the same record gives the same bytes.
import type { RunRecord } from "../core/record.ts";
import { OUTCOME_SIGN } from "./format.ts";
import { checksSection, probesSection } from "./html-checks.ts";
import { contextSection, evidenceSection, notShownSection, remarksSection } from "./html-context.ts";
import { dataSection } from "./html-data.ts";
import { headSection } from "./html-head.ts";
import { methodSection } from "./html-method.ts";
import { objectivesSection } from "./html-objectives.ts";
import { htmlPage } from "./html-page.ts";
import { pictureSection } from "./html-picture.ts";
import { recoveriesSection } from "./html-recoveries.ts";
import { type Markup, markup } from "./markup.ts";

export interface HtmlOptions {
  /** Instead of the playbook's title. */
  readonly title?: string;
}

/** The report: one file, no script, no outside request. */
export function renderHtml(record: RunRecord, options: HtmlOptions): string {
  const title = options.title ?? record.run.playbook.title;
  const sections: readonly (Markup | null)[] = [
    objectivesSection(record),
    pictureSection(record),
    recoveriesSection(record),
    dataSection(record),
    methodSection(record),
    checksSection(record),
    probesSection(record),
    contextSection(record),
    remarksSection(record),
    notShownSection(record),
    evidenceSection(record),
  ];
  const body = markup`${headSection(record, title)}<main>
${sections}</main>
`;
  return htmlPage(`${OUTCOME_SIGN[record.outcome]} ${record.outcome}: ${title}`, body);
}
