/**
 * Where the keys of an issuer come from, behind one question. Each issuer has
 * its own: a `kid` of one never finds the key of another, and an issuer that
 * cannot be reached holds up nobody else's tokens.
 */
import { assert } from "../base/assert.ts";
import { JsonFault } from "../base/json.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";
import type { IssuerKeys } from "./find_keys.ts";
import { createKeyFetcher } from "./key_fetcher.ts";
import { importKeySet } from "./key_set.ts";
import type { CandidateKeys } from "./key_set.ts";
import { REMOTE_DEFAULTS } from "./jwt_issuer_options.ts";
import type {
  JwtIssuerOptions,
  LocalJwksSource,
} from "./jwt_issuer_options.ts";
import type { P256Tables } from "./p256_tables.ts";
import { RemoteKeys } from "./remote_keys.ts";
import type { RemoteKeysDependencies } from "./remote_keys.ts";
import { SharedSecrets } from "./shared_secret.ts";

export interface IssuerKeysDependencies extends RemoteKeysDependencies {
  readonly tables: P256Tables;
}

export function createIssuerKeys(
  options: JwtIssuerOptions,
  dependencies: IssuerKeysDependencies,
): IssuerKeys {
  const { issuer, algorithms, keys: source } = options;
  const { tables } = dependencies;
  switch (source.kind) {
    case "jwks":
      return createLocalKeys(source, options, tables);
    case "shared_secret": {
      const secrets = new SharedSecrets(source.secrets, algorithms);
      return {
        ...IN_MEMORY,
        keyCount: source.secrets.length,
        find: (_algorithm, kid) => secrets.find(kid),
      };
    }
    case "jwks_url":
    case "discovery": {
      const context = { algorithms, tables };
      const fetcher = createKeyFetcher(
        { issuer, source, context },
        dependencies,
      );
      return new RemoteKeys(
        { ...REMOTE_DEFAULTS, ...source, issuer, fetcher },
        dependencies,
      );
    }
  }
}

const IN_MEMORY = {
  findNewer: (): undefined => undefined,
  start: (): Promise<void> => Promise.resolve(),
  stop: (): void => {},
  ready: true,
  staleSeconds: 0,
} as const;

function createLocalKeys(
  { jwks }: LocalJwksSource,
  { algorithms }: JwtIssuerOptions,
  tables: P256Tables,
): IssuerKeys {
  const imported = importKeySet(jwks, { algorithms, tables });
  assert(!(imported instanceof JsonFault), "the options were checked");
  const { keySet } = imported;
  return {
    ...IN_MEMORY,
    keyCount: keySet.keys.length,
    find(algorithm, kid): CandidateKeys | Rejected {
      const found = keySet.find(algorithm, kid);
      return found.kind === "missing key"
        ? rejected("key_unknown", "The issuer has no such key")
        : found;
    },
  };
}
