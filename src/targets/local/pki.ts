// Certificates for a target that lives on this machine: one authority of its own, so that its members talk TLS as real ones do and
// nothing outside trusts them.
import { webcrypto } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../util/atomic-file.ts";
import { wallNow } from "../../util/clock.ts";
import { randomHex } from "../../util/random.ts";
import { ensureReflectMetadata } from "./reflect-metadata.ts";

/** Where the certificates and keys of a target are; paths only, key material is never read into the runner. */
export interface Pki {
  readonly caFile: string;
  readonly clientCertFile: string;
  readonly clientKeyFile: string;
  readonly memberCertFile: (name: string) => string;
  readonly memberKeyFile: (name: string) => string;
}

type X509 = typeof import("@peculiar/x509");
interface Authority {
  readonly x509: X509;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly keyId: import("@peculiar/x509").Extension;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
/** Clocks of two processes on one machine agree, but a stepped clock must not make a fresh certificate "not yet valid". */
const BACKDATED_MS = 5 * 60_000;
const VALID_MS = 365 * 24 * 3_600_000;
const AUTHORITY_NAME = "CN=firedrill local target CA";
const SECRET = 0o600;
const PUBLIC = 0o644;

/** The paths that `createPki` uses under `dir`, without looking whether they exist. */
export function pkiAt(dir: string): Pki {
  return {
    caFile: join(dir, "ca.crt"),
    clientCertFile: join(dir, "client.crt"),
    clientKeyFile: join(dir, "client.key"),
    memberCertFile: (name) => join(dir, `member-${name}.crt`),
    memberKeyFile: (name) => join(dir, `member-${name}.key`),
  };
}

/** Makes an authority, one certificate a member (server and peer, for loopback names only) and one client certificate. */
export async function createPki(dir: string, members: readonly string[]): Promise<Pki> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  ensureReflectMetadata();
  const x509 = await import("@peculiar/x509");
  const pki = pkiAt(dir);
  const keys = await newKeys();
  const startMs = wallNow().getTime() - BACKDATED_MS;
  const validity = { notBefore: new Date(startMs), notAfter: new Date(startMs + BACKDATED_MS + VALID_MS) };
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: AUTHORITY_NAME,
    serialNumber: serialNumber(),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const authority = { x509, keys, ...validity, keyId: await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey) };
  writeFileAtomic(pki.caFile, `${root.toString("pem")}\n`, PUBLIC);
  writeFileAtomic(join(dir, "ca.key"), await privatePem(x509, keys), SECRET);
  await Promise.all([
    ...members.map((name) => issue(authority, name, true, pki.memberCertFile(name), pki.memberKeyFile(name))),
    issue(authority, "firedrill client", false, pki.clientCertFile, pki.clientKeyFile),
  ]);
  return pki;
}

async function issue(authority: Authority, name: string, serves: boolean, certFile: string, keyFile: string): Promise<void> {
  const { x509 } = authority;
  const keys = await newKeys();
  // A member is a client too: of its peers, and (through its gRPC gateway) of itself.
  const usages = serves ? [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth] : [x509.ExtendedKeyUsage.clientAuth];
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [name] }],
    issuer: AUTHORITY_NAME,
    serialNumber: serialNumber(),
    notBefore: authority.notBefore,
    notAfter: authority.notAfter,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(usages),
      authority.keyId,
      ...(serves ? [new x509.SubjectAlternativeNameExtension(LOOPBACK_NAMES)] : []),
    ],
  });
  writeFileAtomic(keyFile, await privatePem(x509, keys), SECRET);
  writeFileAtomic(certFile, `${certificate.toString("pem")}\n`, PUBLIC);
}

const LOOPBACK_NAMES: import("@peculiar/x509").JsonGeneralNames = [
  { type: "ip", value: "127.0.0.1" },
  { type: "ip", value: "::1" },
  { type: "dns", value: "localhost" },
];

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

async function privatePem(x509: X509, keys: webcrypto.CryptoKeyPair): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY")}\n`;
}

/** Positive and random, as RFC 5280 section 4.1.2.2 asks: the first byte stays below 0x80. */
function serialNumber(): string {
  return `4${randomHex(16).slice(1)}`;
}
