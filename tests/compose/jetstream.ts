/**
 * The few requests of JetStream and its key-value buckets that the tests make,
 * as they go over the wire.
 *
 * @see nats-server `jetstream_api.go`, ADR-8
 */
import type { NatsConnection } from "@nats-io/nats-core";

interface StreamOptions {
  readonly subjects: readonly string[];
  readonly replicas?: number;
}

export async function createStream(
  connection: NatsConnection,
  name: string,
  { subjects, replicas = 1 }: StreamOptions,
): Promise<void> {
  await ask(connection, `$JS.API.STREAM.CREATE.${name}`, {
    "name": name,
    "subjects": subjects,
    "num_replicas": replicas,
  });
}

export async function createBucket(
  connection: NatsConnection,
  bucket: string,
): Promise<void> {
  const name = `KV_${bucket}`;
  await ask(connection, `$JS.API.STREAM.CREATE.${name}`, {
    "name": name,
    "subjects": [`$KV.${bucket}.>`],
    "max_msgs_per_subject": 1,
    "allow_direct": true,
    "allow_rollup_hdrs": true,
    "deny_delete": true,
  });
}

/** Publishes and waits until it is stored. */
export async function store(
  connection: NatsConnection,
  subject: string,
  text: string,
): Promise<void> {
  checked(
    await connection.request(subject, text).then((reply) => reply.json()),
  );
}

export async function countMessages(
  connection: NatsConnection,
  stream: string,
): Promise<number> {
  const answer = await ask(connection, `$JS.API.STREAM.INFO.${stream}`);
  return answer["state"]?.["messages"] ?? 0;
}

/** The value of a key, read as clients do since 2.9. */
export async function readKey(
  connection: NatsConnection,
  bucket: string,
  key: string,
): Promise<string> {
  const subject = `$JS.API.DIRECT.GET.KV_${bucket}.$KV.${bucket}.${key}`;
  const reply = await connection.request(subject, "");
  return reply.string();
}

interface ApiAnswer {
  readonly "error"?: { readonly "description": string };
  readonly "state"?: { readonly "messages": number };
}

async function ask(
  connection: NatsConnection,
  subject: string,
  request: Readonly<Record<string, unknown>> = {},
): Promise<ApiAnswer> {
  const reply = await connection.request(subject, JSON.stringify(request), {
    timeout: 5_000,
  });
  return checked(reply.json());
}

function checked(answer: ApiAnswer): ApiAnswer {
  if (answer.error !== undefined) throw new Error(answer.error.description);
  return answer;
}
