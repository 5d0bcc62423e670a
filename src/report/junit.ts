// JUnit XML for CI: one test case for every objective and every check, and one for the run itself, so that a refused or broken run is
// never an empty, green file. Elements and attributes keep to what Jenkins' junit-10.xsd allows.
import type { AssertionChecked } from "../core/event.ts";
import type { ObjectiveResult, RunRecord } from "../core/record.ts";
import { escapeXml, oneLine } from "./escape.ts";
import { NO_VALUE } from "./format.ts";

interface TestCase {
  readonly group: string;
  readonly name: string;
  readonly timeMs: number;
  readonly problem: {
    readonly element: "failure" | "error";
    readonly type: string;
    readonly message: string;
    readonly detail: string;
  } | null;
}

/** Longest test name; some servers cut or refuse longer ones. */
const LONGEST_NAME = 200;

export function renderJunit(record: RunRecord): string {
  const suite = oneLine(record.run.playbook.name, LONGEST_NAME);
  const others = [...record.objectives.map(objectiveCase), ...record.assertions.map(checkCase)];
  const cases = unique([...others, runCase(record, others)]);
  const count = (element: "failure" | "error"): number => cases.filter((one) => one.problem?.element === element).length;
  const totals = `tests="${cases.length}" failures="${count("failure")}" errors="${count("error")}"`;
  const time = seconds(record.durationMs);
  const name = escapeXml(suite);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${name}" ${totals} time="${time}">
  <testsuite name="${name}" ${totals} skipped="0" time="${time}" timestamp="${timestamp(record.startedAt)}" hostname="${escapeXml(record.run.host.name)}">
    <properties>
${properties(record)}
    </properties>
${cases.map((one) => testCase(suite, one)).join("\n")}
  </testsuite>
</testsuites>
`;
}

function properties(record: RunRecord): string {
  const entries: readonly (readonly [string, string])[] = [
    ["firedrill.run", record.run.run],
    ["firedrill.outcome", record.outcome],
    ["firedrill.exit_code", String(record.exitCode)],
    ["firedrill.left_broken", String(record.leftBroken)],
    ["firedrill.target", record.run.target.name],
    ["firedrill.target.fingerprint", record.run.target.fingerprint],
    ["firedrill.playbook.sha256", record.run.playbook.sha256],
    ["firedrill.plan.sha256", record.planDigest ?? NO_VALUE],
    ["firedrill.journal.head", record.journal.head],
  ];
  return entries.map(([name, value]) => `      <property name="${name}" value="${escapeXml(value)}"/>`).join("\n");
}

function objectiveCase(objective: ObjectiveResult): TestCase {
  const { spec, verdict, promise, measured, because } = objective;
  const isTime = spec.promise.kind === "rto" || spec.promise.kind === "rpo-time";
  const message = `measured ${measured}, promised ${promise}: ${because}`;
  return {
    group: "objective",
    name: `${promise} (${spec.id})`,
    timeMs: isTime ? (objective.measuredValue ?? 0) : 0,
    problem:
      verdict === "met"
        ? null
        : {
            element: verdict === "missed" ? "failure" : "error",
            type: verdict === "missed" ? `objective.${spec.promise.kind}` : "inconclusive",
            message,
            detail: spec.source === null ? message : `${message}\nsource of the objective: ${spec.source}`,
          },
  };
}

function checkCase(assertion: AssertionChecked): TestCase {
  const where = assertion.step === null ? assertion.phase : `${assertion.phase} ${assertion.step}`;
  return {
    group: "check",
    name: `${assertion.title} (${assertion.assertion}, ${where})`,
    timeMs: assertion.tookMs ?? assertion.withinMs,
    problem: assertion.ok
      ? null
      : { element: "failure", type: `check.${assertion.assertion}`, message: assertion.observed, detail: assertion.observed },
  };
}

/** The run as such: silent when another case says already why it did not pass. */
function runCase(record: RunRecord, others: readonly TestCase[]): TestCase {
  const detail = [record.verdict, ...record.reasons].join("\n");
  const problem = (element: "failure" | "error", type: string): TestCase["problem"] => ({ element, type, message: record.verdict, detail });
  const base = { group: "run", name: "the run itself", timeMs: record.durationMs };
  if (record.leftBroken) return { ...base, problem: problem("failure", "left-broken") };
  switch (record.outcome) {
    case "passed":
      return { ...base, problem: null };
    case "failed":
      return { ...base, problem: others.some((one) => one.problem?.element === "failure") ? null : problem("failure", "failed") };
    case "inconclusive":
      return { ...base, problem: others.some((one) => one.problem?.type === "inconclusive") ? null : problem("error", "inconclusive") };
    case "refused":
    case "aborted":
    case "error":
      return { ...base, problem: problem("error", record.outcome) };
  }
}

/** GitLab keeps only the first of several cases of one name. */
function unique(cases: readonly TestCase[]): readonly TestCase[] {
  const seen = new Map<string, number>();
  return cases.map((one) => {
    const name = oneLine(one.name, LONGEST_NAME);
    const times = (seen.get(`${one.group} ${name}`) ?? 0) + 1;
    seen.set(`${one.group} ${name}`, times);
    return { ...one, name: times === 1 ? name : `${name} #${times}` };
  });
}

function testCase(suite: string, one: TestCase): string {
  const head = `    <testcase classname="${escapeXml(`${suite}.${one.group}`)}" name="${escapeXml(one.name)}" time="${seconds(one.timeMs)}"`;
  if (one.problem === null) return `${head}/>`;
  const { element, type, message, detail } = one.problem;
  return `${head}>
      <${element} type="${escapeXml(type)}" message="${escapeXml(oneLine(message))}">${escapeXml(detail)}</${element}>
    </testcase>`;
}

/** The schema refuses more than three decimals. */
function seconds(ms: number): string {
  return (Math.max(0, Number.isFinite(ms) ? ms : 0) / 1000).toFixed(3);
}

/** Without fraction and zone, as the schema wants it; times are UTC. */
function timestamp(iso: string): string {
  return escapeXml(iso.replace(/(?:\.\d+)?Z$/, ""));
}
