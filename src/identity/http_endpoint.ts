/**
 * One HTTP endpoint that is asked about tokens: over connections that are kept,
 * within a size, at the very URL that is configured. Whoever answers may be slow,
 * broken or hostile; what comes back is an answer of the expected form or a
 * fault, and never an exception.
 */
import { readBoundedBody } from "../base/bounded_body.ts";
import { decodeJsonObject, decodeUtf8, JsonFault } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { ANSWER_BYTES_MAX, JSON_LIMITS } from "../base/limits.ts";
import type { Secret } from "../base/secret.ts";
import type { MonotonicClock, MonotonicMs } from "../base/time.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import type { FaultCause } from "./endpoint_fault.ts";
import { innermostReason } from "./innermost_reason.ts";
import { checkHost } from "./network_address.ts";
import { untilAborted } from "../base/until_aborted.ts";

/** Where an endpoint may be, and whom it may trust. */
export interface EndpointOptions {
  /** PEM. Trusted for this endpoint beside the machine's own. */
  readonly caCertificates?: readonly string[];
  /** Shown to the endpoint when it asks for a certificate. */
  readonly clientCertificate?: ClientCertificate;
  /** Lets the endpoint be at `http://127.0.0.1`, `http://[::1]` or `http://localhost`. */
  readonly allowLoopbackHttp?: boolean;
  /** Lets the endpoint be in a private network. */
  readonly allowPrivateAddresses?: boolean;
}

/** PEM, both. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: Secret;
}

export interface Question {
  readonly url: URL;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Statuses that are answers; their body is read. */
  readonly statuses: readonly number[];
}

export interface HttpAnswer {
  /** Who answers. */
  readonly origin: string;
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** Connections that wait for the next question; a server closes them when it likes. */
const IDLE_CONNECTIONS_MAX = 8;
const IDLE_MS_MAX = 30_000;

/** How long a name is believed to lead to an allowed address. */
const ADDRESS_CHECK_MS = 30_000;

/** Nobody was there, or not able to answer for now (RFC 9110 section 15.6, RFC 6585 section 4). */
const BUSY_STATUSES: readonly number[] = [429, 502, 503, 504];

/** The server has nothing at this URL (RFC 9110 sections 15.5.5 and 15.5.11). */
const GONE_STATUSES: readonly number[] = [404, 410];

export class HttpEndpoint {
  readonly #options: EndpointOptions;
  readonly #monotonic: MonotonicClock;
  #client: Deno.HttpClient | undefined;
  #closed = false;
  /** By host, when it was last found at an allowed address. */
  readonly #allowedAt = new Map<string, MonotonicMs>();

  constructor(options: EndpointOptions, monotonic: MonotonicClock) {
    this.#options = options;
    this.#monotonic = monotonic;
  }

  /** Asks once. The signal bounds all of it: name, connection, TLS, head and body. */
  async ask(
    question: Question,
    signal: AbortSignal,
  ): Promise<HttpAnswer | EndpointFault> {
    const { origin } = question.url;
    let response: Response | undefined;
    try {
      const refused = await untilAborted(
        this.#checkAddress(question.url.hostname),
        signal,
      );
      if (refused !== undefined) return refused;
      if (this.#closed) return new EndpointFault("this program ends");
      response = await this.#send(question, signal);
      return await readAnswer(response, question, signal);
    } catch (error) {
      // Whatever the network does: no connection, no TLS, a connection lost.
      if (signal.aborted) {
        return new EndpointFault(`${origin} did not answer in time`, {
          cause: "slow",
        });
      }
      return response === undefined
        ? unreachable(origin, error)
        : new EndpointFault(
          `the answer of ${origin} breaks off: ${innermostReason(error)}`,
        );
    }
  }

  /** Ends the connections. */
  close(): void {
    this.#closed = true;
    this.#client?.close();
    this.#client = undefined;
  }

  #send(question: Question, signal: AbortSignal): Promise<Response> {
    const { method, headers, body } = question;
    this.#client ??= createClient(this.#options);
    return fetch(question.url, {
      client: this.#client,
      method,
      // Nothing is unpacked that was not asked for: no small answer becomes a huge one.
      headers: {
        "accept": "application/json",
        "accept-encoding": "identity",
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      redirect: "manual",
      signal,
    });
  }

  async #checkAddress(hostname: string): Promise<EndpointFault | undefined> {
    const allowedAt = this.#allowedAt.get(hostname);
    const now = this.#monotonic();
    if (allowedAt !== undefined && now - allowedAt < ADDRESS_CHECK_MS) {
      return undefined;
    }
    const fault = await checkHost(hostname, {
      allowLoopback: this.#options.allowLoopbackHttp ?? false,
      allowPrivate: this.#options.allowPrivateAddresses ?? false,
    });
    if (fault === undefined) this.#allowedAt.set(hostname, now);
    return fault;
  }
}

function createClient(
  { caCertificates, clientCertificate }: EndpointOptions,
): Deno.HttpClient {
  return Deno.createHttpClient({
    caCerts: [...caCertificates ?? []],
    poolMaxIdlePerHost: IDLE_CONNECTIONS_MAX,
    poolIdleTimeout: IDLE_MS_MAX,
    ...(clientCertificate === undefined ? {} : {
      cert: clientCertificate.certificate,
      key: clientCertificate.key.reveal(),
    }),
  });
}

async function readAnswer(
  response: Response,
  { url: { origin }, statuses }: Question,
  signal: AbortSignal,
): Promise<HttpAnswer | EndpointFault> {
  const fault = checkHead(response, origin, statuses);
  if (fault !== undefined) {
    await response.body?.cancel();
    return fault;
  }
  const bytes = await readBoundedBody(response, ANSWER_BYTES_MAX, signal);
  if (bytes === undefined) {
    return new EndpointFault(
      `${origin} answered with more than ${ANSWER_BYTES_MAX} bytes`,
      { questionOnly: true },
    );
  }
  const text = decodeUtf8(bytes);
  return text instanceof JsonFault
    ? new EndpointFault(`the answer of ${origin} ${text.problem}`, {
      questionOnly: true,
    })
    : {
      origin,
      status: response.status,
      contentType: response.headers.get("content-type") ?? "",
      text,
    };
}

const JSON_TYPE_REGEXP = /^application\/json\s*(?:;|$)/i;

/** The JSON object that an answer must hold. */
export function readJsonAnswer(
  { origin, contentType, text }: HttpAnswer,
): JsonObject | EndpointFault {
  if (!JSON_TYPE_REGEXP.test(contentType)) {
    return new EndpointFault(
      `${origin} answered with something else than JSON`,
      {
        questionOnly: true,
      },
    );
  }
  const answer = decodeJsonObject(text, JSON_LIMITS);
  return answer instanceof JsonFault
    ? new EndpointFault(`the answer of ${origin} ${answer.problem}`, {
      questionOnly: true,
    })
    : answer;
}

function checkHead(
  response: Response,
  origin: string,
  statuses: readonly number[],
): EndpointFault | undefined {
  const { headers, status } = response;
  if (!statuses.includes(status)) return noAnswer(response, origin);
  if ((headers.get("content-encoding") ?? "identity") !== "identity") {
    return new EndpointFault(
      `${origin} answered in a content-encoding that was not asked for`,
    );
  }
  return undefined;
}

/** A response whose status is none that an answer has. */
export function noAnswer(
  { headers, status }: Response,
  origin: string,
): EndpointFault {
  return new EndpointFault(`${origin} answered ${status}`, {
    cause: STATUS_CAUSES[status] ?? (status < 500 ? "elsewhere" : "broken"),
    again: BUSY_STATUSES.includes(status),
    retryAfterMs: readRetryAfter(headers),
    gone: GONE_STATUSES.includes(status),
    // What we sent was not to its liking; whether we may ask at all is another matter.
    questionOnly: status >= 400 && status < 500 &&
      ![401, 403, 429].includes(status),
  });
}

/** Other statuses are 5xx, or of something else than what was asked for. */
const STATUS_CAUSES: Readonly<Record<number, FaultCause>> = {
  400: "question_refused",
  401: "proof_refused",
  403: "proof_refused",
  422: "question_refused",
  429: "asked_too_often",
};

/**
 * Of a certificate, theirs or ours, which is the same at a second try. The
 * runtime's TLS has no codes: its words.
 */
const CERTIFICATE_CAUSES: readonly [said: RegExp, cause: FaultCause][] = [
  [/certificate: UnknownIssuer|pem file to/i, "authority_unknown"],
  [/alert: CertificateRequired/, "proof_refused"],
  [/peer certificate|alert: \w*(?:Certificate|CA)/, "unreachable"],
];

/**
 * No connection, none that can be trusted, or one that is lost before the answer
 * begins: this is also how a server ends one that was kept for the next question.
 */
export function unreachable(origin: string, error: unknown): EndpointFault {
  const reason = innermostReason(error);
  const certificate = CERTIFICATE_CAUSES.find(([said]) => said.test(reason));
  return new EndpointFault(`cannot reach ${origin}: ${reason}`, {
    cause: certificate?.[1] ?? "unreachable",
    again: certificate === undefined,
    gone: true,
  });
}

const SECONDS_REGEXP = /^\d+$/;

/** The form that servers have to write (RFC 9110 section 5.6.7). */
const DATE_REGEXP =
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Seconds, or a date: that is the server's, and so is the time it is compared with. */
function readRetryAfter(headers: Headers): number | undefined {
  const text = headers.get("retry-after") ?? "";
  if (SECONDS_REGEXP.test(text)) return Number(text) * 1000;
  const pauseMs = readDate(text) - readDate(headers.get("date") ?? "");
  return pauseMs > 0 ? pauseMs : undefined;
}

/** NaN if it is none. */
function readDate(text: string): number {
  return DATE_REGEXP.test(text) ? Date.parse(text) : NaN;
}
