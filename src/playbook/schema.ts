// The playbook's shape, in pieces. Places where the registry decides (steps, assertions, probes, objectives) are `slots`: parsed
// one by one by what they name, so that an error speaks of the drill that was meant and not of every drill there is; json-schema.ts
// puts the same pieces together as unions for editors.
import { z } from "zod";
import { duration, size } from "../core/fields.ts";
import { DURATION_PATTERN } from "../util/duration.ts";
import { id, slots, span, text } from "./schema-fields.ts";

/** The version of the format that this is. */
export const API_VERSION = "firedrill.dev/v1";
const CADENCES = ["daily", "weekly", "monthly", "quarterly", "half-yearly", "yearly"] as const;
const cadence = z
  .string()
  .regex(new RegExp(`^(${CADENCES.join("|")})$|${DURATION_PATTERN}`), {
    error: `a cadence is ${CADENCES.join(", ")} or a duration such as "90d"`,
  })
  .meta({ title: "cadence", examples: ["quarterly"] });

const metadata = z.strictObject({
  name: id("a playbook's name").meta({ description: "Identifies the playbook in ledger and reports." }),
  title: text().meta({ description: "What happens, in a few words." }),
  description: text().optional().meta({ description: "Why this outage is plausible, and which assumption it challenges." }),
  owner: text().optional().meta({ description: "Who answers for it." }),
  cadence: cadence.optional().meta({ description: 'How often it is to be run; feeds "overdue" in the index.' }),
  controls: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9.-]*:\S.*$/, { error: 'a control is framework:reference, for example "soc2:A1.3"' }))
    .default([])
    .meta({ description: "Controls the run is evidence relevant to, as framework:reference." }),
});

/** `>=3`, `=3` or `3`. */
export const COUNT_RULE = /^(>=|=)?\s*(\d+)$/;
const countRule = z.union([z.string().regex(COUNT_RULE, { error: 'a number of members is written ">=3" or "=3"' }), z.int().min(1)]);

const requires = z.strictObject({
  etcd: z
    .strictObject({
      members: countRule.optional().meta({ description: "How many voting members there must be." }),
      version: z
        .string()
        .regex(/^(>=|=)\s*\d+\.\d+(\.\d+)?$/, { error: 'a version is written ">=3.5" or "=3.6"' })
        .optional()
        .meta({ description: "Which etcd version there must be.", examples: [">=3.5"] }),
    })
    .default({})
    .meta({ description: "What is asked of etcd." }),
});

const target = z.strictObject({
  type: z.literal("local").default("local").meta({ description: "Kind of target." }),
  members: z
    .union([z.literal(1), z.literal(3), z.literal(5)])
    .default(3)
    .meta({ description: "How many etcd members are started." }),
  etcd: z
    .strictObject({
      quota: size()
        .optional()
        .meta({ description: "etcd's --quota-backend-bytes; etcd's own default is 2 GiB.", examples: ["16MiB"] }),
      args: z
        .array(
          z
            .string()
            .regex(/^--[a-z0-9-]+(=.*)?$/, { error: 'an etcd argument is written --name=value, for example "--snapshot-count=1000"' }),
        )
        .default([])
        .meta({ description: "Further etcd arguments, --name=value each." }),
    })
    .default({ args: [] })
    .meta({ description: "How etcd is started." }),
});

const guards = z.strictObject({
  maxUnavailableMembers: z
    .int()
    .min(0)
    .optional()
    .meta({ description: "Most members that may be without service at once. Without it: as many as keep quorum." }),
  allowQuorumLoss: z.boolean().default(false).meta({ description: "The playbook may take quorum away." }),
  allowDataLoss: z
    .boolean()
    .default(false)
    .meta({ description: "The playbook may lose acknowledged writes, as a restore from a snapshot does." }),
  maxDuration: span()
    .prefault("30m")
    .meta({ description: "Longest the run may take before it is aborted and undone.", examples: ["30m"] }),
  stopWhen: z
    .array(
      z.strictObject({
        probe: text().meta({ description: "Id of a probe of this playbook." }),
        downFor: span().meta({ description: "How long it may be down in a row.", examples: ["30s"] }),
      }),
    )
    .default([])
    .meta({ description: "Aborts and undoes the run when a probe is down too long." }),
});

const after = z.strictObject({
  recoveredFor: span()
    .prefault("5s")
    .meta({ description: "Hold window: recovered means good for this long.", examples: ["5s"] }),
  recoverWithin: span()
    .prefault("2m")
    .meta({ description: "Longest wait for recovery.", examples: ["2m"] }),
  soak: duration()
    .prefault("5s")
    .meta({ description: "How long to go on looking after recovery.", examples: ["5s"] }),
  expect: z.array(slots.expectation).optional().meta({ description: "What must hold in the end. Without it: the steady state." }),
});

const spec = z.strictObject({
  requires: requires.prefault({}).meta({ description: "What the target must be; refused early, with the reason." }),
  target: target.optional().meta({ description: "A target to start for this run alone. Without it the run takes the target that is up." }),
  parameters: z
    .record(z.string(), slots.parameter)
    .default({})
    .meta({ description: "Values that --set can override; used as ${{ parameters.name }}." }),
  objectives: z.array(slots.objective).default([]).meta({ description: "Promises made beforehand, each with its source." }),
  probes: z
    .record(z.string(), slots.probe)
    .default({})
    .meta({ description: "Fixed-rate samplers that run through the whole drill, by id." }),
  sentinel: slots.sentinel
    .optional()
    .meta({ description: "The writer whose sequence numbers show lost writes; on by default, false turns it off." }),
  steadyState: z
    .array(slots.expectation)
    .default([])
    .meta({ description: "What must hold before anything is broken, and again at the end." }),
  guards: guards.prefault({}).meta({ description: "Conditions that refuse or stop the run." }),
  baseline: duration()
    .prefault("3s")
    .meta({ description: "How long probes run before the first step.", examples: ["3s"] }),
  method: z.array(slots.step).min(1).meta({ description: "The steps, in order." }),
  after: after.prefault({}).meta({ description: "How recovery is judged, and what must hold in the end." }),
});

/** The whole document, with unknowns in the slots. */
export const playbookShape = z.strictObject({
  apiVersion: z.literal(API_VERSION).meta({ description: "Version of this format." }),
  kind: z.literal("Playbook").meta({ description: "Kind of document." }),
  metadata: metadata.meta({ description: "What it is called and who answers for it." }),
  spec: spec.meta({ description: "What is drilled, how it is measured, and what stops it." }),
});
export type PlaybookShape = z.output<typeof playbookShape>;
