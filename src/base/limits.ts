/**
 * A limit for everything that comes from outside, and why it is that. Units are
 * in the names.
 */

/**
 * Longest authorization request, sealed or not, in bytes. A request repeats what
 * the client sent in `CONNECT` (4 KiB by default, 16 KiB of bearer token here)
 * and its TLS chain; nats-server `auth_callout.go` sets no bound of its own.
 */
export const REQUEST_BYTES_MAX = 64 * 1024;

/**
 * Longest subject, reply subject and headers of one request together, in bytes. A
 * server's are 180; what message tracing may add has room.
 */
export const REQUEST_ENVELOPE_BYTES_MAX = 1024;

/**
 * What all requests that wait for their turn may hold, in bytes: the 10,000 that
 * may wait, of 3 KiB each as they are with a usual token. As many of the longest
 * would be 650 MB.
 */
export const REQUESTS_WAITING_BYTES_MAX = 32 * 1024 * 1024;

/** Members and elements in the JSON of one authorization request, TLS chains included. */
export const REQUEST_JSON_MEMBERS_MAX = 512;

/**
 * Longest bearer token that is parsed, in bytes, and what configuration can make of
 * it. Most are below 2 KiB, but Entra writes up to 200 groups into one, which makes
 * 12. Longer ones than 4 KiB come only where nats-server's `max_control_line` has
 * been raised, 4096 bytes unless configured (`const.go`).
 */
export const BEARER_TOKEN_BYTES = {
  min: 1024,
  usual: 8 * 1024,
  max: 16 * 1024,
} as const;

/** Longest decoded JOSE header, in bytes: `alg`, `typ`, `kid` and little else. */
export const JOSE_HEADER_BYTES_MAX = 4 * 1024;

/** JOSE headers remembered: more than issuers have keys in use, 1 MiB if all were as long as may be. */
export const JOSE_HEADERS_REMEMBERED_MAX = 64;

/** JSON from outside: nesting, of which real claims have less than 6, and members and elements of one text. */
export const JSON_LIMITS = { depthMax: 16, membersMax: 1024 } as const;

/** Longest `kid`, in characters. Providers use up to 64; RFC 7517 sets no bound. */
export const KID_CHARS_MAX = 256;

/** Longest `sub`, in UTF-8 bytes (OpenID Connect Core section 2: 255 ASCII characters). */
export const SUB_BYTES_MAX = 255;

/** Longest JWKS document, in bytes. 64 RSA-4096 keys with certificates fit. */
export const JWKS_BYTES_MAX = 256 * 1024;

/** Keys taken from one JWKS. */
export const JWKS_KEYS_MAX = 64;

/** Keys tried for one token when `kid` does not decide (RFC 7515 section 4.1.4). */
export const CANDIDATE_KEYS_MAX = 4;

/** Length of an RSA modulus: below it is weak (RFC 7518 section 3.3), above it a way to burn CPU. */
export const RSA_MODULUS_BITS_MIN = 2048;
export const RSA_MODULUS_BITS_MAX = 8192;

/** Largest public RSA exponent. Everybody uses 3, 17 or 65537; a long one burns CPU. */
export const RSA_EXPONENT_MAX = 0xffff_ffff;

/** Keys with tables of precomputed multiples, at 0.8 MB each: ten issuers with three keys. */
export const P256_TABLES_MAX = 32;

/** Allowance for clocks that differ, in seconds; more would be a grant of its own. */
export const CLOCK_TOLERANCE_SECONDS_MAX = 300;

/** Longest lifetime of a bearer token that may be configured: ten years, in seconds. */
export const TOKEN_LIFETIME_SECONDS_MAX = 10 * 366 * 24 * 3600;

/**
 * Requests that may wait for one issuer's keys at a time. So many come from a
 * fleet that logs in again after a rotation without overlap; more would let a
 * slow issuer hold the places of the others.
 */
export const JWKS_WAITERS_MAX = 256;

/** Key ids remembered as unknown to one issuer, so that they cause no further fetch. */
export const UNKNOWN_KIDS_MAX = 1024;

/** How long an unknown `kid` is remembered: a provider may publish a key late. */
export const UNKNOWN_KID_SECONDS = 30;

/** Secrets of one issuer: the current one and the one it replaces, or is replaced by. */
export const SHARED_SECRETS_MAX = 2;

/** Shortest shared secret, in bytes (RFC 7518 section 3.2, for HS256). */
export const SHARED_SECRET_BYTES_MIN = 32;

/**
 * Server processes that are remembered: the key shared with each, the key that
 * verifies its requests, and its clock. Clusters are smaller.
 */
export const XKEY_CACHE_ENTRIES_MAX = 1024;

/**
 * Longest time that a server may wait for an answer, in seconds: nats-server's
 * `authorization.timeout` is 2 unless configured. Bounds how long a request has
 * to be remembered.
 */
export const REQUEST_LIFETIME_SECONDS_MAX = 60;

/**
 * Time that a request may take until its answer, in milliseconds, as far as it
 * can be chosen: an issuer abroad takes a tenth of a second, and no client waits
 * for ten.
 */
export const BUDGET_MS_MIN = 100;
export const BUDGET_MS_MAX = 10_000;

/**
 * What the longest session may be, in seconds: clients with shorter ones would do
 * little else than log in, and a year is as good as for ever.
 */
export const SESSION_SECONDS_MIN = 10;
export const SESSION_SECONDS_MAX = 31_536_000;

/**
 * Requests remembered against replay, some 150 bytes each: 2,000 logins a second
 * for the longest time-out, ten times what one process does for the usual one.
 */
export const REQUESTS_REMEMBERED_MAX = 131_072;

/** Rules of one configuration; they are tried one after the other. */
export const RULES_MAX = 1000;

/** Subjects of one rule, presets included: each stands in every user JWT of the rule. */
export const RULE_SUBJECTS_MAX = 256;

/** Longest subject of a rule, with its placeholders, in characters. */
export const SUBJECT_TEMPLATE_CHARS_MAX = 512;

/** Tokens that one value may have where a rule says that it may have several. */
export const SUBJECT_PATH_TOKENS_MAX = 8;

/** Longest answer of an introspection endpoint, a webhook or an API server about one token, in bytes. */
export const ANSWER_BYTES_MAX = 64 * 1024;

/**
 * Longest opaque token that is asked about, in bytes. The longest in use, of
 * providers that encrypt a session into it, have 2 KiB.
 */
export const OPAQUE_TOKEN_BYTES_MAX = 8 * 1024;

/** Verdicts of one authenticator that are remembered, each for a short while. */
export const VERDICTS_REMEMBERED_MAX = 10_000;

/** What these may take, in bytes. */
export const VERDICTS_BYTES_MAX = 16 * 1024 * 1024;

/** Tokens that one authenticator remembers as refused: some 600 bytes each, with why. */
export const REFUSALS_REMEMBERED_MAX = 10_000;
export const REFUSALS_BYTES_MAX = 8 * 1024 * 1024;

/** Questions that one authenticator has under way at a time; the others wait for their turn. */
export const QUESTIONS_IN_FLIGHT_MAX = 32;

/**
 * Logins that may wait for one authenticator's questions at a time; several may
 * wait for the same one. More would let it hold the places of the others.
 */
export const LOGINS_WAITING_MAX = 1024;

/**
 * Least places of requests that are judged at the same time: what hangs must not
 * hold them all. Of one issuer its keys, its UserInfo and its introspection
 * endpoint may all be waited for.
 */
export const REQUESTS_IN_FLIGHT_MIN = 3 * LOGINS_WAITING_MAX;

/** Longest token of the service's own account in a cluster, in bytes: 2 kB, and some more for what clouds add. */
export const SERVICE_TOKEN_BYTES_MAX = 64 * 1024;

/** API tokens in the file: 10,000 are 3 MB. */
export const API_TOKENS_MAX = 10_000;
export const API_TOKENS_FILE_BYTES_MAX = 8 * 1024 * 1024;

/** Hosts, API tokens, and pairs of the two, whose failed attempts are counted. */
export const ATTEMPTS_REMEMBERED_MAX = 10_000;
