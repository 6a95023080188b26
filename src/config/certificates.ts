/**
 * Files of certificates: read and looked at when the service starts, so that
 * another file in their place is no riddle at the first connection.
 */
import { X509Certificate } from "node:crypto";
import type { Checking } from "./checking.ts";

const CERTIFICATES_BYTES_MAX = 1024 * 1024;

const CERTIFICATE_REGEXP =
  /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Their text (PEM); undefined if there is no such file, or if it is of no use, which has been reported. */
export function readCertificates(
  file: string | undefined,
  path: string,
  checking: Checking,
): string | undefined {
  if (file === undefined) return undefined;
  const text = checking.readFile(path, {
    path: file,
    secret: false,
    bytesMax: CERTIFICATES_BYTES_MAX,
  });
  if (text === undefined) return undefined;
  if (text.match(CERTIFICATE_REGEXP)?.some(isCertificate) === true) return text;
  checking.report(
    path,
    `names ${file}, which holds no certificate`,
    "name a file with certificates in PEM: -----BEGIN CERTIFICATE-----",
  );
  return undefined;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).fingerprint256 !== "";
  } catch {
    return false;
  }
}
