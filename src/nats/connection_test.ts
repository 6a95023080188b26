import { assertThrows } from "@std/assert";
import { ConnectionError, InvalidArgumentError } from "@nats-io/nats-core";
import { throwIfUnsupported, UnsupportedOptionError } from "./connection.ts";

/** As `@nats-io/transport-deno` throws it (`deno_transport.ts`, connect and loadTlsOptions). */
function transportError(cause: Error): Error {
  return new ConnectionError(cause.message.toLowerCase(), { cause });
}

for (const option of ["tls.certFile", "tls.keyFile"]) {
  Deno.test(`throwIfUnsupported() ends it where there is no ${option}, and names the setting and the way out`, () => {
    const error = InvalidArgumentError.format(option, "is not supported");
    for (const thrown of [error, transportError(error)]) {
      for (const text of ["nats.tls.cert_file", "CALLOUT_REGISTRY=npm"]) {
        assertThrows(
          () => throwIfUnsupported(thrown),
          UnsupportedOptionError,
          text,
        );
      }
    }
  });
}

const mendable: [why: string, error: unknown][] = [
  ["a server that is not there", new Deno.errors.ConnectionRefused("refused")],
  [
    "a server that is not there, of the transport",
    transportError(new Deno.errors.ConnectionRefused("refused")),
  ],
  [
    "a server without TLS",
    new ConnectionError("server does not support 'tls'"),
  ],
  [
    "a server that says so",
    new ConnectionError("'tls.certfile' is not supported"),
  ],
  [
    "another argument",
    transportError(InvalidArgumentError.format("payload", "is too large")),
  ],
  ["what is no error", undefined],
];

for (const [why, error] of mendable) {
  Deno.test(`throwIfUnsupported() lets it try again after ${why}`, () => {
    throwIfUnsupported(error);
  });
}
