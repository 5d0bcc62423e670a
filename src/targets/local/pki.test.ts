import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, createServer, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPki, type Pki, pkiAt } from "./pki.ts";

const dir = mkdtempSync(join(tmpdir(), "firedrill-pki-"));
let pki: Pki;
beforeAll(async () => {
  pki = await createPki(dir, ["m1", "m2"]);
});
afterAll(() => rmSync(dir, { recursive: true }));

const certificate = (file: string): X509Certificate => new X509Certificate(readFileSync(file));

test("every certificate is of the authority, which is nobody else's", () => {
  const ca = certificate(pki.caFile);
  expect(ca.ca).toBe(true);
  expect(ca.verify(ca.publicKey)).toBe(true);
  for (const file of [pki.memberCertFile("m1"), pki.memberCertFile("m2"), pki.clientCertFile]) {
    expect(certificate(file).checkIssued(ca)).toBe(true);
    expect(certificate(file).verify(ca.publicKey)).toBe(true);
    expect(certificate(file).ca).toBe(false);
  }
});

test("a member's certificate is for loopback only, and valid for a year from five minutes ago", () => {
  const member = certificate(pki.memberCertFile("m1"));
  expect(member.subject).toBe("CN=m1");
  expect(member.subjectAltName).toBe("IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:localhost");
  expect(member.validToDate.getTime() - member.validFromDate.getTime()).toBe((365 * 24 * 60 + 5) * 60_000);
  expect(member.validFromDate.getTime()).toBeLessThan(Date.now());
  expect(member.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
  expect(certificate(pki.clientCertFile).keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
});

test("keys are for their owner alone, certificates for all", () => {
  for (const file of [pki.memberKeyFile("m1"), pki.clientKeyFile, join(dir, "ca.key")]) expect(statSync(file).mode & 0o777).toBe(0o600);
  for (const file of [pki.caFile, pki.memberCertFile("m1")]) expect(statSync(file).mode & 0o777).toBe(0o644);
});

test("pkiAt names the same files", () => {
  const again = pkiAt(dir);
  expect(again.caFile).toBe(pki.caFile);
  expect(again.memberKeyFile("m2")).toBe(pki.memberKeyFile("m2"));
});

test("a server and a client with these certificates trust each other", async () => {
  const server = createServer({
    ca: readFileSync(pki.caFile),
    cert: readFileSync(pki.memberCertFile("m1")),
    key: readFileSync(pki.memberKeyFile("m1")),
    requestCert: true,
    rejectUnauthorized: true,
  });
  const greeted = new Promise<string>((done) =>
    server.on("secureConnection", (socket) => done(socket.getPeerCertificate().subject.CN as string)),
  );
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const client = await new Promise<TLSSocket>((done, fail) => {
    const socket = connectTls({
      host: "127.0.0.1",
      port: (server.address() as AddressInfo).port,
      ca: readFileSync(pki.caFile),
      cert: readFileSync(pki.clientCertFile),
      key: readFileSync(pki.clientKeyFile),
    });
    socket.once("secureConnect", () => done(socket));
    socket.once("error", fail);
  });
  expect(client.authorized).toBe(true);
  expect(await greeted).toBe("firedrill client");
  client.destroy();
  await new Promise<void>((done) => server.close(() => done()));
});
