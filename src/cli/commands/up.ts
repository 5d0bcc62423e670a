import { FiredrillError } from "../../core/errors.ts";
import { EXIT } from "../../core/outcome.ts";
import { parseSize } from "../../util/size.ts";
import { type CommandHelp, parseOptions } from "../command.ts";
import type { Io } from "../io.ts";
import { expectPositionals, membersFlag, numberFlag } from "../parse-flags.ts";
import { checkName, DEFAULT_LOCAL, etcdTools } from "../use-target.ts";

export const help: CommandHelp = {
  name: "up",
  summary: "start a local target that stays",
  usage: "[options]",
  details:
    "Starts real etcd members with TLS under a supervisor of their own, with a relay on every peer link. They run until: firedrill down NAME",
  options: [
    { flag: "name", short: "n", value: "NAME", description: "its name, for --target local:NAME", default: "lab" },
    { flag: "members", value: "N", description: "1, 3 or 5", default: "3" },
    {
      flag: "quota",
      value: "SIZE",
      description: "etcd's space quota, e.g. 16MiB; needed small by etcd-nospace",
      default: "etcd's own, 2 GiB",
    },
    {
      flag: "etcd-arg",
      value: "ARG",
      multiple: true,
      description: "a further argument for every etcd, e.g. --etcd-arg=--snapshot-count=1000",
    },
    { flag: "base-port", value: "PORT", description: "use ports from PORT on instead of random free ones" },
    { flag: "json", description: "print what was started as JSON" },
  ],
  examples: [
    { line: "firedrill up", what: "three members, called lab" },
    { line: "firedrill up --name five --members 5 --quota 64MiB", what: "five members with a small quota" },
  ],
  exitCodes: [
    [0, "up: all members answer and there is a leader"],
    [2, "the name is taken, a port is in use, or the command line is wrong"],
    [3, "it could not be started; nothing is left of it"],
  ],
};

export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = parseOptions(help, args);
  expectPositionals(help, options, 0, 0);
  const name = checkName(options.text("name") ?? "lab");
  const quota = options.text("quota");
  const quotaBytes = quota === undefined ? null : parseSize(quota);
  if (quotaBytes === undefined)
    throw new FiredrillError("USAGE", `--quota "${quota ?? ""}" is not a size with a unit`, { hint: "for example: --quota 16MiB" });
  const basePort = numberFlag(options, "base-port", 1024, 65_000);
  const say = (line: string): void => io.stderr.write(`${line}\n`);
  const tools = await etcdTools(io, say, io.interrupted);
  for (const limit of tools.limits) say(`note: ${limit}`);
  const { createLocal } = await import("../../targets/local/create.ts");
  await createLocal(
    {
      home: io.home,
      name,
      spec: { ...DEFAULT_LOCAL, members: membersFlag(options) ?? DEFAULT_LOCAL.members, quotaBytes, etcdArgs: options.list("etcd-arg") },
      tools,
      throwAway: false,
      owner: { pid: 0, startTime: "" },
      ...(basePort === undefined ? {} : { basePort }),
      onProgress: say,
    },
    io.interrupted,
  );
  const { openLocal } = await import("../../targets/local/open.ts");
  await using target = await openLocal({ home: io.home, name }, io.interrupted);
  const { members, tls } = target.connection();
  if (options.on("json")) {
    io.stdout.write(`${JSON.stringify({ name, etcd: tools.version, members, tls })}\n`);
    return EXIT.passed;
  }
  io.stdout.write(
    [
      `local:${name} is up: etcd ${tools.version}, ${members.map((member) => `${member.name} ${member.clientUrl}`).join(", ")}`,
      ...(tls === null
        ? []
        : [
            "",
            "To talk to it:",
            `  export ETCDCTL_ENDPOINTS=${members.map(({ clientUrl }) => clientUrl).join(",")}`,
            `  export ETCDCTL_CACERT=${tls.caFile} ETCDCTL_CERT=${tls.certFile} ETCDCTL_KEY=${tls.keyFile}`,
            "  etcdctl endpoint status -w table",
          ]),
      "",
      `Drill it:  firedrill run --target local:${name} playbooks/leader-crash.yaml`,
      `End it:    firedrill down ${name}`,
      "",
    ].join("\n"),
  );
  return EXIT.passed;
}
