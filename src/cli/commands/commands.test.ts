// The commands that need no cluster, as a person would run them, but for the process around them.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FiredrillError } from "../../core/errors.ts";
import type { Command } from "../command.ts";
import type { Io } from "../io.ts";
import * as completion from "./completion.ts";
import * as explain from "./explain.ts";
import { commands } from "./index.ts";
import * as init from "./init.ts";
import * as list from "./list.ts";
import * as schema from "./schema.ts";
import * as validate from "./validate.ts";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "fd-cli-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

interface Ran {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

async function run(command: Command, args: readonly string[], stdin: string | Uint8Array = ""): Promise<Ran> {
  let out = "";
  let err = "";
  const io: Io = {
    stdout: { write: (text) => void (out += text), columns: 80 },
    stderr: { write: (text) => void (err += text), columns: 80 },
    stdin: async () => (typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin),
    ask: async () => "",
    env: {},
    cwd,
    isTTY: false,
    color: false,
    home: join(cwd, "home"),
    user: "tester",
    interrupted: new AbortController().signal,
  };
  try {
    return { code: await command.run(args, io), out, err };
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error;
    return { code: error.code, out, err: `${error.message}; ${error.hint ?? ""}` };
  }
}

const GOOD = `apiVersion: firedrill.dev/v1
kind: Playbook
metadata: { name: good, title: It works, cadence: weekly }
spec:
  parameters: { hold: { type: duration, default: 1s } }
  method:
    - name: Kill
      drill: etcd-member-crash
      hold: \${{ parameters.hold }}
`;
const BAD = GOOD.replace("etcd-member-crash", "etcd-member-crsh").replace("name: good", "name: bad");

function write(name: string, content: string | Uint8Array): void {
  mkdirSync(join(cwd, name, ".."), { recursive: true });
  writeFileSync(join(cwd, name), content);
}

test("validate: a good playbook", async () => {
  write("playbooks/good.yaml", GOOD);
  expect(await run(validate, [])).toEqual({ code: 0, out: "ok  playbooks/good.yaml\n1 playbook, no problems\n", err: "" });
});

test("validate: good and bad ones, each problem with its place", async () => {
  write("p/a.yaml", GOOD);
  write("p/deep/b.yml", BAD);
  write("p/notes.txt", "not looked at");
  expect(await run(validate, ["p"])).toEqual({
    code: 2,
    out: "ok  p/a.yaml\n2 playbooks, 1 with 1 problem\n",
    err: 'p/deep/b.yml:8:14: no drill "etcd-member-crsh" [unknown-drill]\n  8 |       drill: etcd-member-crsh\n    |              ^^^^^^^^^^^^^^^^\n  hint: did you mean "etcd-member-crash"?\n\n',
  });
});

test("validate: files that cannot be read are problems too, and do not hide the others", async () => {
  write("latin.yaml", Uint8Array.from([0x61, 0x3a, 0x20, 0xe4]));
  write("large.yaml", "#".repeat(1024 * 1024 + 1));
  write("good.yaml", GOOD);
  const ran = await run(validate, ["latin.yaml", "large.yaml", "godo.yaml", "none/*.yaml", "good.yaml", "./good.yaml", "home"]);
  expect(ran.code).toBe(2);
  expect(ran.out).toBe("ok  good.yaml\nok  ./good.yaml\n7 playbooks, 5 with 5 problems\n");
  expect(ran.err.split("\n").filter((line) => line.includes("[unreadable]"))).toEqual([
    "latin.yaml: the file is not UTF-8 [unreadable]",
    "large.yaml: the file is larger than 1 MiB [unreadable]",
    "godo.yaml: no such file or folder [unreadable]",
    "none/*.yaml: the pattern matches no file [unreadable]",
    "home: no such file or folder [unreadable]",
  ]);
  expect(ran.err).toContain('did you mean "good.yaml"?');
});

test("validate: an empty folder is nothing to check, which is no success", async () => {
  mkdirSync(join(cwd, "playbooks"));
  expect((await run(validate, [])).code).toBe(2);
});

test("validate: a pattern, standard input, and overrides", async () => {
  write("a.yaml", GOOD);
  write("b.yaml", GOOD);
  expect((await run(validate, ["*.yaml"])).out).toBe("ok  a.yaml\nok  b.yaml\n2 playbooks, no problems\n");
  expect(await run(validate, ["-", "--set", "hold=2s"], GOOD)).toMatchObject({ code: 0, out: "ok  <stdin>\n1 playbook, no problems\n" });
  expect(await run(validate, ["a.yaml", "--set", "hold=2"])).toMatchObject({
    code: 2,
    err: '--set: "hold" cannot be "2": its type is duration [bad-parameter]\n  hint: for example --set hold=20s\n\n',
  });
});

test("validate --json: one document", async () => {
  write("b.yaml", BAD);
  const ran = await run(validate, ["b.yaml", "--json"]);
  expect({ ...ran, out: JSON.parse(ran.out) as unknown }).toEqual({
    code: 2,
    err: "",
    out: {
      schema: "firedrill.dev/validation/v1",
      ok: false,
      files: [{ file: "b.yaml", ok: false }],
      problems: [
        {
          file: "b.yaml",
          line: 8,
          column: 14,
          endColumn: 30,
          code: "unknown-drill",
          message: 'no drill "etcd-member-crsh"',
          hint: 'did you mean "etcd-member-crash"?',
        },
      ],
    },
  });
});

test("an unknown option, an option without its value, and a bad --set are usage errors with a way on", async () => {
  expect(await run(validate, ["--jsn"])).toMatchObject({ code: "USAGE", err: 'unknown option "--jsn"; did you mean "--json"?' });
  expect(await run(validate, ["--set"])).toMatchObject({
    code: "USAGE",
    err: '"--set" needs a value: NAME=VALUE; run `firedrill validate --help`',
  });
  expect(await run(validate, ["--json=yes"])).toMatchObject({ code: "USAGE" });
  expect(await run(validate, ["--set", "hold"])).toMatchObject({ code: "USAGE" });
});

test("list: playbooks with title and cadence, bad ones said to be so", async () => {
  write("playbooks/a.yaml", GOOD);
  write("playbooks/b.yaml", BAD);
  expect(await run(list, [])).toEqual({
    code: 0,
    out: "playbooks/a.yaml  weekly  It works\nplaybooks/b.yaml          has 1 problem; run `firedrill validate playbooks/b.yaml`\n",
    err: "",
  });
  expect((await run(list, ["nowhere"])).code).toBe(2);
});

test.each(["drills", "assertions", "probes", "targets"])("list %s --json names each once", async (what) => {
  const rows = JSON.parse((await run(list, [what, "--json"])).out) as readonly { readonly id: string }[];
  expect(rows.length).toBeGreaterThan(1);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
});

test("explain: a drill, a field; a slip gets a suggestion", async () => {
  const drill = (await run(explain, ["etcd-member-crash"])).out;
  expect(drill).toContain("etcd-member-crash (drill): ");
  expect(drill).toContain("member: member (default leader)");
  expect(drill).toContain("    drill: etcd-member-crash\n");
  expect((await run(explain, ["spec.guards"])).out).toContain("  maxDuration: duration (default 30m)\n");
  expect((await run(explain, ["guards"])).out).toContain("  maxDuration: duration (default 30m)\n");
  expect(await run(explain, ["etcd-membr-crash"])).toMatchObject({
    code: "USAGE",
    err: 'nothing is called "etcd-membr-crash"; did you mean "etcd-member-crash"?',
  });
});

test("explain: a name that is a drill and an assertion explains both", async () => {
  const { out } = await run(explain, ["command"]);
  expect(out).toContain("command (drill): ");
  expect(out).toContain("command (assertion): ");
});

test("schema: printed or written, the same", async () => {
  const printed = await run(schema, []);
  expect(await run(schema, ["--out", "sub/s.json"])).toEqual({ code: 0, out: "", err: "wrote sub/s.json\n" });
  expect(readFileSync(join(cwd, "sub/s.json"), "utf8")).toBe(printed.out);
  expect(JSON.parse(printed.out)).toMatchObject({
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    additionalProperties: false,
  });
});

test("init: writes two files, which validate, and never writes over one", async () => {
  expect((await run(init, ["lab"])).code).toBe(0);
  expect((readdirSync(join(cwd, "lab"), { recursive: true }) as string[]).toSorted()).toEqual([
    "playbooks",
    "playbooks/first-drill.yaml",
    "reports",
    "reports/.gitignore",
  ]);
  expect((await run(validate, ["lab/playbooks"])).code).toBe(0);
  write("lab/playbooks/first-drill.yaml", "mine");
  rmSync(join(cwd, "lab/reports"), { recursive: true });
  expect(await run(init, ["lab"])).toMatchObject({ code: "USAGE" });
  expect(readFileSync(join(cwd, "lab/playbooks/first-drill.yaml"), "utf8")).toBe("mine");
  expect(readdirSync(join(cwd, "lab"))).toEqual(["playbooks"]);
});

test("completion bash: completes commands, options, ids, and files after an option with a value", async () => {
  write("firedrill.bash", (await run(completion, ["bash"])).out);
  const complete = (...words: string[]): readonly string[] => {
    const script = `source ./firedrill.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _firedrill; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["-c", script, "bash", "firedrill", ...words], { cwd, encoding: "utf8" })
      .trim()
      .split("\n");
  };
  expect(complete("val")).toEqual(["validate"]);
  expect(complete("validate", "--")).toEqual(["--set", "--json", "--help"]);
  expect(complete("explain", "etcd-member-cr")).toEqual(["etcd-member-crash"]);
  expect(complete("schema", "--out", "fire")).toEqual(["firedrill.bash"]);
});

test.each(["zsh", "fish"])("completion %s names every command", async (shell) => {
  const { out } = await run(completion, [shell]);
  for (const { name } of commands) expect(out).toContain(name);
  expect(out).toContain("etcd-member-crash");
});

test("completion for another shell is a usage error", async () => {
  expect(await run(completion, ["tcsh"])).toMatchObject({
    code: "USAGE",
    err: 'no completion for the shell "tcsh"; use bash, zsh or fish',
  });
});

test("commands that need no cluster load none of the heavy clients", () => {
  const entry = fileURLToPath(new URL("../main.ts", import.meta.url));
  write("p.yaml", GOOD);
  const script = `
    import { registerHooks } from "node:module";
    const seen = [];
    registerHooks({ load: (url, context, next) => { seen.push(url); return next(url, context); } });
    process.on("exit", () => process.stderr.write("\\nLOADED " + JSON.stringify(seen)));
    process.argv = [process.argv[0], "firedrill", ...JSON.parse(process.env["ARGS"])];
    const { main } = await import(${JSON.stringify(entry)});
    await main();`;
  const heavy = ["execa", "etcd3", "@grpc", "listr2", "@kubernetes", "@peculiar", "cockatiel"];
  for (const args of [["--help"], ["validate", "p.yaml"], ["list", "drills"], ["explain", "spec"], ["schema"], ["completion", "bash"]]) {
    const env = { ...process.env, ARGS: JSON.stringify(args) };
    const { stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { cwd, encoding: "utf8", env });
    const loaded = JSON.parse(stderr.split("LOADED ")[1] ?? "null") as readonly string[];
    expect(status, args.join(" ")).toBe(0);
    expect(loaded.length, args.join(" ")).toBeGreaterThan(10);
    const packages = loaded.map((url) => url.split("/node_modules/").at(-1) ?? "");
    expect(
      packages.filter((name) => heavy.some((one) => name.startsWith(`${one}/`))),
      args.join(" "),
    ).toEqual([]);
  }
});
