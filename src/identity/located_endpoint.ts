/**
 * Where an endpoint of an issuer is: at a URL of the configuration, or where the
 * issuer's own metadata say.
 *
 * @see OpenID Connect Discovery 1.0 sections 3 and 4, RFC 8414 sections 2 and 3
 */
import type { JsonObject } from "../base/json.ts";
import type { MonotonicClock } from "../base/time.ts";
import { findUrl, metadataUrl } from "./discovery.ts";
import type { MetadataDocument } from "./discovery.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import { readJsonAnswer } from "./http_endpoint.ts";
import type { HttpAnswer, HttpEndpoint, Question } from "./http_endpoint.ts";
import { LearnedLocation } from "./learned_location.ts";

/** Where an endpoint is: at a URL, or where the issuer's metadata say. */
export type EndpointLocation = URL | DiscoveredLocation;

/** The issuer's metadata name the endpoint. */
export interface DiscoveredLocation {
  readonly kind: "discovery";
  /** `openid-configuration` unless given. */
  readonly document?: MetadataDocument;
  /** Origins that the endpoint may have beside the issuer's own. */
  readonly origins?: readonly string[];
}

export interface LocatorOptions {
  readonly issuer: string;
  readonly location: EndpointLocation;
  /** Its name in the metadata. */
  readonly member: "introspection_endpoint" | "userinfo_endpoint";
  readonly allowLoopbackHttp: boolean;
}

/** Asks once, wherever the endpoint is. */
export type AskLocated = (
  question: Omit<Question, "url">,
  signal: AbortSignal,
) => Promise<HttpAnswer | EndpointFault>;

export function locateEndpoint(
  options: LocatorOptions,
  http: HttpEndpoint,
  monotonic: MonotonicClock,
): AskLocated {
  const { location } = options;
  return location instanceof URL
    ? (question, signal) => http.ask({ ...question, url: location }, signal)
    : discoverEndpoint({ ...options, location }, http, monotonic);
}

interface DiscoveryOptions extends LocatorOptions {
  readonly location: DiscoveredLocation;
}

function discoverEndpoint(
  options: DiscoveryOptions,
  http: HttpEndpoint,
  monotonic: MonotonicClock,
): AskLocated {
  const { allowLoopbackHttp, issuer, location, member: name } = options;
  const { origins } = location;
  const metadataAt = metadataUrl(
    issuer,
    location.document ?? "openid-configuration",
  );
  const learned = new LearnedLocation(monotonic);
  let reading: Promise<URL | EndpointFault> | undefined;

  async function read(signal: AbortSignal): Promise<URL | EndpointFault> {
    const metadata = await readMetadata(metadataAt, http, signal);
    // Metadata that are gone for now do not make the endpoint unknown.
    if (metadata instanceof EndpointFault) return learned.keep() ?? metadata;
    const found = findUrl(metadata, name, {
      issuer,
      origins,
      allowLoopbackHttp,
    });
    if (found instanceof URL) learned.learn(found);
    return found;
  }

  return async function ask(
    question,
    signal,
  ): Promise<HttpAnswer | EndpointFault> {
    // Whoever comes meanwhile waits for the same metadata, for the time that is left.
    const url = learned.believed ??
      await (reading ??= read(signal).finally(() => reading = undefined));
    if (url instanceof EndpointFault) return url;
    const answer = await http.ask({ ...question, url }, signal);
    if (answer instanceof EndpointFault && answer.gone) learned.doubt();
    return answer;
  };
}

/** What is wrong with metadata is never wrong with the question about one token alone. */
async function readMetadata(
  url: URL,
  http: HttpEndpoint,
  signal: AbortSignal,
): Promise<JsonObject | EndpointFault> {
  const answer = await http.ask({
    url,
    method: "GET",
    headers: {},
    statuses: [200],
  }, signal);
  const metadata = answer instanceof EndpointFault
    ? answer
    : readJsonAnswer(answer);
  if (!(metadata instanceof EndpointFault)) return metadata;
  const { problem, cause, again, retryAfterMs } = metadata;
  return new EndpointFault(`no metadata: ${problem}`, {
    // Nobody was named and no token shown: what is refused there is something else.
    cause: ["unusable", "proof_refused", "question_refused"].includes(cause)
      ? "elsewhere"
      : cause,
    again,
    retryAfterMs,
  });
}
