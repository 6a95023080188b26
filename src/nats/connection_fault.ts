/**
 * Why NATS could not be reached: a code, the setting to look at, and what to do.
 * The two transports say it in their own words, of TLS above all.
 */
import {
  AuthorizationError,
  UserAuthenticationExpiredError,
} from "@nats-io/nats-core";

export interface ConnectionFault {
  readonly code:
    | "nats_refused_credentials"
    | "nats_tls_failed"
    | "nats_unreachable";
  readonly setting: string;
  readonly detail: string;
}

/** In the messages and codes of Node's and of Deno's TLS, and of files that they need. */
const TLS_REGEXP =
  /certificate|\b(?:tls|ssl)\b|_(?:TLS|SSL|CERT)_|fatal alert|doesn't exist|no such file/i;

/** @param credentials What the service proves itself with. */
export function describeConnectionFault(
  error: unknown,
  credentials: "creds" | "nkey",
): ConnectionFault {
  const detail = messageOf(error);
  if (isRefusal(error)) {
    const { setting, question } = REFUSED[credentials];
    return {
      code: "nats_refused_credentials",
      setting,
      detail: `${detail}: ${question}`,
    };
  }
  if (isTlsFault(error)) {
    return { code: "nats_tls_failed", setting: "nats.tls.ca_file", detail };
  }
  return { code: "nats_unreachable", setting: "nats.servers", detail };
}

const REFUSED = {
  "creds": {
    setting: "nats.creds_file",
    question:
      "is the account AUTH pushed to the server, and the user one of it?",
  },
  "nkey": {
    setting: "nats.nkey_seed or nats.nkey_seed_file",
    question: "is the user in the server's configuration, and in auth_users?",
  },
} as const;

/** As far as can be seen, nobody is there. */
export function isUnreachable(error: unknown): boolean {
  return !isRefusal(error) && !isTlsFault(error);
}

function isTlsFault(error: unknown): boolean {
  return TLS_REGEXP.test(`${messageOf(error)} ${codeOf(error)}`);
}

/** The server is there, and does not let us in. */
export function isRefusal(error: unknown): boolean {
  return error instanceof AuthorizationError ||
    error instanceof UserAuthenticationExpiredError;
}

/** Scheme, host and port: a URL may hold a user and a password. */
export function originOf(server: string): string {
  const url = URL.parse(server.includes("://") ? server : `nats://${server}`);
  return url === null ? "(unreadable)" : `${url.protocol}//${url.host}`;
}

/** What a runtime says of a URL that is none quotes it. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return error instanceof TypeError ? error.name : error.message;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
