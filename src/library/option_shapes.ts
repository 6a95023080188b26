/**
 * Whether options have the form that their types say. A program without types
 * learns here, by name, that a variable of its environment is not set; the value
 * itself is never shown, as it may be a seed.
 */
import { Secret } from "../base/secret.ts";

/** What is wrong with a value, and with what is in it. */
type Shape = (value: unknown, path: string) => readonly string[];

function kind(what: string, isOne: (value: unknown) => boolean): Shape {
  return (value, path) => isOne(value) ? [] : [`${path} must be ${what}`];
}

function optional(shape: Shape): Shape {
  return (value, path) => value === undefined ? [] : shape(value, path);
}

function list(of: Shape): Shape {
  return (value, path) =>
    Array.isArray(value)
      ? value.flatMap((each, index) => of(each, `${path}[${index}]`))
      : [`${path} must be a list`];
}

function object(members: Readonly<Record<string, Shape>>): Shape {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return [`${path} must be an object`];
    }
    return Object.entries(members).flatMap(([name, shape]) =>
      shape(Reflect.get(value, name), path === "" ? name : `${path}.${name}`)
    );
  };
}

/** @param shape Of what is no function. */
function functionOr(shape: Shape): Shape {
  return (value, path) => typeof value === "function" ? [] : shape(value, path);
}

const text = kind("a text", (value) => typeof value === "string");
const secret = kind("a text or a Secret", isSecretText);
const method = kind("a function", (value) => typeof value === "function");
const isGiven = object({});

function isSecretText(value: unknown): boolean {
  return typeof value === "string" || value instanceof Secret;
}

const OPTIONS = object({
  nats: object({
    servers: list(text),
    creds: optional(secret),
    nkeySeed: optional(secret),
    tls: optional(object({
      caFile: optional(text),
      certFile: optional(text),
      keyFile: optional(text),
    })),
    queueGroup: optional(text),
  }),
  callout: object({
    account: text,
    signingKey: secret,
    xkey: kind(
      "a text or a Secret, or null for requests in plain text",
      (value) => value === null || isSecretText(value),
    ),
    trustedServers: optional(list(text)),
    connectionTypes: optional(list(text)),
  }),
  accounts: list(object({
    name: text,
    publicKey: optional(text),
    signingKey: optional(secret),
    scopedKeys: optional(list(object({ name: text, signingKey: secret }))),
  })),
  authenticate: functionOr(isGiven),
  issuers: optional(list(object({ issuer: text, label: optional(text) }))),
  permit: optional(functionOr(list(isGiven))),
  log: optional(object({
    debug: method,
    info: method,
    warn: method,
    error: method,
    audit: method,
  })),
  signal: optional(
    kind("an AbortSignal", (value) => value instanceof AbortSignal),
  ),
});

/** Whoever proves himself in two ways would be called out like any client. */
const CREDENTIALS: Shape = (nats, path) => {
  if (typeof nats !== "object" || nats === null) return [];
  const given = ["creds", "nkeySeed"].filter((name) =>
    Reflect.get(nats, name) !== undefined
  );
  return given.length === 1
    ? []
    : [`${path} must have one of creds and nkeySeed`];
};

/** One text a problem; the rest can be read once there is none. */
export function shapeProblems(
  options: { readonly nats: unknown },
): readonly string[] {
  return [
    ...OPTIONS(options, ""),
    ...CREDENTIALS(options.nats, "nats"),
  ];
}
