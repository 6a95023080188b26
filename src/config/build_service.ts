/**
 * NATS, AUTH and the accounts: how to reach the one and what to sign with.
 */
import type { Secret } from "../base/secret.ts";
import type { CalloutOptions } from "../nats/service_options.ts";
import type {
  NatsCredentials,
  NatsOptions,
  NatsTlsOptions,
} from "../nats/connection.ts";
import { checkServers } from "../nats/server_address.ts";
import { decodeSeed } from "../nats_jwt/nkeys.ts";
import { isPublicKey } from "../nats_jwt/public_key.ts";
import { buildAccounts, buildNamedAccounts } from "./build_accounts.ts";
import { readCertificates } from "./certificates.ts";
import type { Checking } from "./checking.ts";
import type { ServiceConfig } from "./config.ts";
import { readCreds } from "./creds.ts";
import type { CalloutSettings, Settings } from "./schema.ts";
import { checkPublicKey, readSeed } from "./seeds.ts";

/** Undefined if something cannot be had, which has been reported. */
export function buildService(
  settings: Settings,
  checking: Checking,
): ServiceConfig | undefined {
  const { account } = settings.callout;
  const calloutAccount = isPublicKey(account, "account") ? account : undefined;
  const callout = buildCallout(settings.callout, checking);
  if (callout !== undefined) checkSigner(settings, callout, checking);
  const nats = buildNats(settings, calloutAccount, checking);
  const accounts = settings.nats.mode === "operator"
    ? buildAccounts(settings.accounts, calloutAccount, checking)
    : buildNamedAccounts(settings.accounts, callout?.signingKey, checking);
  return callout === undefined || nats === undefined
    ? undefined
    : { nats, callout, accounts };
}

function buildCallout(
  settings: CalloutSettings,
  checking: Checking,
): CalloutOptions | undefined {
  const account = settings.account === undefined
    ? undefined
    : checkPublicKey(checking, "callout.account", settings.account, "account");
  if (settings.account === undefined) {
    checking.reportMissing(
      ["callout.account"],
      "set it to the public key (A...) of the account AUTH",
    );
  }
  const signingKey = readSeed(checking, {
    path: "callout.signing_key",
    value: settings.signing_key,
    file: settings.signing_key_file,
    role: "account",
    remedy:
      "set one to the seed (SA...) of AUTH's signing key, or to a file with it",
  });
  const xkey = readXkey(settings, checking);
  const trustedServerIds = settings.trusted_servers.map((text, index) =>
    checkPublicKey(
      checking,
      `callout.trusted_servers[${index}]`,
      text,
      "server",
    )
  ).filter((id) => id !== undefined);
  if (account === undefined || signingKey === undefined) return undefined;
  return {
    account,
    signingKey,
    ...(xkey === undefined ? {} : { xkey }),
    trustedServerIds,
    budgetMs: settings.budget_ms,
    requestsInFlightMax: settings.requests_in_flight_max,
    requestsWaitingMax: settings.requests_waiting_max,
    connectionTypes: settings.connection_types,
    bearerTokenBytesMax: settings.bearer_token_bytes_max,
  };
}

/** Without an operator the server knows one issuer and no signing keys. */
function checkSigner(
  { nats }: Settings,
  { account, signingKey }: CalloutOptions,
  checking: Checking,
): void {
  const isAccount = decodeSeed(signingKey, "account").publicKey === account;
  if (isAccount || nats.mode === "operator") return;
  checking.report(
    "callout.signing_key",
    "is not the seed of callout.account, which mode server_configuration needs",
    "set it to the seed (SA...) of the issuer in auth_callout",
  );
}

/** A missing xkey is a matter of one explicit setting: tokens would be readable. */
function readXkey(
  settings: CalloutSettings,
  checking: Checking,
): Secret | undefined {
  const xkey = readSeed(checking, {
    path: "callout.xkey",
    value: settings.xkey,
    file: settings.xkey_file,
    role: "curve",
    remedy:
      "set one to the seed (SX...) of AUTH's curve key, or to a file with it; only callout.allow_plaintext: true lets the service run without",
    ...(settings.allow_plaintext ? { optional: true } : {}),
  });
  if (settings.allow_plaintext && xkey === undefined) {
    checking.warn({
      code: "callout_plaintext_allowed",
      setting: "callout.allow_plaintext",
      detail:
        "There is no curve key: whoever may subscribe in the account AUTH reads the clients' tokens",
    });
  }
  return xkey;
}

function buildNats(
  { nats }: Settings,
  calloutAccount: string | undefined,
  checking: Checking,
): (NatsOptions & { readonly queueGroup: string }) | undefined {
  const credentials = readCredentials(nats, calloutAccount, checking);
  const servers = checkServers("nats.servers", nats.servers, checking.report);
  const tls = buildTls(nats, checking);
  if (credentials === undefined) return undefined;
  return {
    servers,
    credentials,
    ...(tls === undefined ? {} : { tls }),
    queueGroup: nats.queue_group,
  };
}

/** The service's own user: creds of an operator's account, or an nkey in the server's configuration. */
function readCredentials(
  nats: Settings["nats"],
  calloutAccount: string | undefined,
  checking: Checking,
): NatsCredentials | undefined {
  if (nats.mode === "operator") {
    const creds = readCreds(checking, nats.creds_file, calloutAccount);
    return creds === undefined ? undefined : { kind: "creds", creds };
  }
  const seed = readSeed(checking, {
    path: "nats.nkey_seed",
    value: nats.nkey_seed,
    file: nats.nkey_seed_file,
    role: "user",
    remedy:
      "set one to the seed (SU...) of the user whose public nkey is in auth_users, or to a file with it",
  });
  return seed === undefined ? undefined : { kind: "nkey", seed };
}

const KEY_BYTES_MAX = 64 * 1024;

/** The files are read by the NATS client; here it is seen that it will be able to. */
function buildTls(
  { tls }: Settings["nats"],
  checking: Checking,
): NatsTlsOptions | undefined {
  if (tls === undefined) return undefined;
  const { ca_file: caFile, cert_file: certFile, key_file: keyFile } = tls;
  if ((certFile === undefined) !== (keyFile === undefined)) {
    checking.report(
      certFile === undefined ? "nats.tls.cert_file" : "nats.tls.key_file",
      "is missing: certificate and key come together",
      "name both files, or neither",
    );
  }
  readCertificates(caFile, "nats.tls.ca_file", checking);
  readCertificates(certFile, "nats.tls.cert_file", checking);
  if (keyFile !== undefined) {
    checking.readFile("nats.tls.key_file", {
      path: keyFile,
      secret: true,
      bytesMax: KEY_BYTES_MAX,
    });
  }
  return {
    ...(caFile === undefined ? {} : { caFile }),
    ...(certFile === undefined ? {} : { certFile }),
    ...(keyFile === undefined ? {} : { keyFile }),
  };
}
