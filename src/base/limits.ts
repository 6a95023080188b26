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

/** Members and elements in the JSON of one authorization request, TLS chains included. */
export const REQUEST_JSON_MEMBERS_MAX = 512;

/**
 * Longest bearer token that is parsed, in bytes. The server refuses a `CONNECT`
 * line above its `max_control_line`, 4096 bytes unless configured (nats-server
 * `const.go`); this leaves room for a raised setting. Configuration may lower it.
 */
export const BEARER_TOKEN_BYTES_MAX = 16 * 1024;

/** Longest decoded JOSE header, in bytes: `alg`, `typ`, `kid` and little else. */
export const JOSE_HEADER_BYTES_MAX = 4 * 1024;

/** Longest decoded claims set, in bytes; follows from the token's own bound. */
export const JOSE_CLAIMS_BYTES_MAX = BEARER_TOKEN_BYTES_MAX;

/** Nesting of JSON from outside. Real claims stay below 6. */
export const JSON_DEPTH_MAX = 16;

/** Members and elements in one JSON text from outside. */
export const JSON_MEMBERS_MAX = 1024;

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

/** Shared keys remembered, one per server process that asks: clusters are smaller. */
export const XKEY_CACHE_ENTRIES_MAX = 1024;

/**
 * Longest time that a server may wait for an answer, in seconds: nats-server's
 * `authorization.timeout` is 2 unless configured. Bounds how long a request has
 * to be remembered.
 */
export const REQUEST_LIFETIME_SECONDS_MAX = 60;

/** Requests remembered against replay: 4,000 logins a second for 16 seconds. */
export const REQUESTS_REMEMBERED_MAX = 65_536;
