import { describe, expect, it } from "vitest";
import { SHOT, WRITE } from "../../core/probe.ts";
import { classifyEtcdError, EtcdCallError, GRPC } from "./etcd-errors.ts";

const classify = (code: number, details: string): readonly [number, number] => {
  const { shot, write } = classifyEtcdError(new EtcdCallError("Put", "m1", code, details));
  return [shot, write];
};

describe("classifyEtcdError", () => {
  it.each([
    [
      "nothing listens",
      GRPC.unavailable,
      "No connection established. Last error: connect ECONNREFUSED 127.0.0.1:1. Resolution note: ",
      SHOT.refused,
    ],
    ["the channel was closed", GRPC.unavailable, "Channel closed before call started", SHOT.refused],
    ["never got a connection", GRPC.deadlineExceeded, "Deadline exceeded after 1.000s,Waiting for LB pick", SHOT.deadline],
    ["checked before raft", GRPC.unavailable, "etcdserver: no leader", SHOT.noLeader],
    ["raft's own refusal", GRPC.unknown, "raft proposal dropped", SHOT.noLeader],
    ["back-pressure", GRPC.resourceExhausted, "etcdserver: too many requests", SHOT.other],
    ["a learner", GRPC.unavailable, "etcdserver: rpc not supported for learner", SHOT.other],
    ["a bad request", GRPC.invalidArgument, "etcdserver: request is too large", SHOT.other],
    ["no permission", GRPC.permissionDenied, "etcdserver: permission denied", SHOT.other],
  ])("knows that a put was not applied: %s", (_why, code, details, shot) => {
    expect(classify(code, details)).toEqual([shot, WRITE.failed]);
  });

  it.each([
    ["the deadline passed", GRPC.deadlineExceeded, "Deadline exceeded after 1.001s,remote_addr=127.0.0.1:2379", SHOT.deadline],
    ["the server gave up at our deadline", GRPC.cancelled, "Call cancelled", SHOT.deadline],
    ["the connection broke", GRPC.unavailable, "read ECONNRESET", SHOT.refused],
    ["etcd timed out", GRPC.unavailable, "etcdserver: request timed out", SHOT.deadline],
    ["the leader died", GRPC.unavailable, "etcdserver: request timed out, possibly due to previous leader failure", SHOT.noLeader],
    ["the leader changed", GRPC.unavailable, "etcdserver: leader changed", SHOT.noLeader],
    ["the server stopped", GRPC.unavailable, "etcdserver: server stopped", SHOT.other],
    [
      "the quota was hit, which the applier may say of a put it applied",
      GRPC.resourceExhausted,
      "etcdserver: mvcc: database space exceeded",
      SHOT.other,
    ],
  ])("does not know: %s", (_why, code, details, shot) => {
    expect(classify(code, details)).toEqual([shot, WRITE.indeterminate]);
  });

  it("does not know of an error that is no call's", () => {
    expect(classifyEtcdError(new TypeError("x"))).toEqual({ shot: SHOT.other, write: WRITE.indeterminate, line: "x" });
  });

  it("names the call, the member and the reason", () => {
    const { line } = classifyEtcdError(new EtcdCallError("Put", "m1", GRPC.unavailable, "etcdserver: no leader"));
    expect(line).toBe('Put at "m1" failed: etcdserver: no leader (ETCD_CALL_FAILED)');
  });
});
