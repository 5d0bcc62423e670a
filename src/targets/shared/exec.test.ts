import { expect, test } from "vitest";
import { FiredrillError } from "../../core/errors.ts";
import { printArgv, runTool } from "./exec.ts";

const never = new AbortController().signal;
const node = process.execPath;

test("gives what a program printed, and nothing of it is interpreted", async () => {
  const result = await runTool(node, ["-p", "process.argv[1]", "$HOME; echo"], { timeoutMs: 20_000 }, never);
  expect(result).toMatchObject({
    argv: [node, "-p", "process.argv[1]", "$HOME; echo"],
    exitCode: 0,
    stdout: "$HOME; echo",
    stderrTail: "",
  });
});

test("a program that is not there is TOOL_MISSING", async () => {
  await expect(runTool("firedrill-no-such-program", [], { timeoutMs: 20_000 }, never)).rejects.toMatchObject({
    code: "TOOL_MISSING",
    message: 'there is no program "firedrill-no-such-program" on this machine',
  });
});

test("a folder that is not there is not blamed on the program", async () => {
  await expect(runTool(node, ["-v"], { cwd: "/no/such/folder", timeoutMs: 20_000 }, never)).rejects.toMatchObject({
    code: "DATA_DIR_UNUSABLE",
  });
});

test("a failing program is TOOL_FAILED with its last lines and without secrets", async () => {
  const script = "console.error('first'); console.error('password=hunter2'); process.exit(3)";
  const error = await runTool(node, ["-e", script], { timeoutMs: 20_000 }, never).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(FiredrillError);
  expect(error).toMatchObject({ code: "TOOL_FAILED" });
  expect((error as FiredrillError).message).toContain("exit code 3: first\npassword=[redacted]");
  expect((error as FiredrillError).message).not.toContain("hunter2");
});

test("a failure can be asked for as a result", async () => {
  const result = await runTool(node, ["-e", "process.exit(3)"], { timeoutMs: 20_000, allowFailure: true }, never);
  expect(result.exitCode).toBe(3);
});

test("a program that takes too long is ended and TIMED_OUT", async () => {
  const forever = ["-e", "setInterval(() => {}, 1000)"];
  await expect(runTool(node, forever, { timeoutMs: 200, allowFailure: true }, never)).rejects.toMatchObject({ code: "TIMED_OUT" });
});

test("aborting ends the program and throws the signal's reason", async () => {
  const controller = new AbortController();
  const running = runTool(node, ["-e", "setInterval(() => {}, 1000)"], { timeoutMs: 60_000 }, controller.signal);
  controller.abort(new Error("stop now"));
  await expect(running).rejects.toThrow("stop now");
});

test("a variable can be taken out of the environment", async () => {
  const env = { PATH: undefined, MINE: "1" };
  const result = await runTool(node, ["-p", "[process.env.PATH, process.env.MINE].join()"], { timeoutMs: 20_000, env }, never);
  expect(result.stdout).toBe(",1");
});

test("a printed command line can be pasted", () => {
  expect(printArgv(["etcdctl", "--endpoints=https://127.0.0.1:2379", "put", "a b", "it's"])).toBe(
    "etcdctl --endpoints=https://127.0.0.1:2379 put 'a b' 'it'\\''s'",
  );
});
