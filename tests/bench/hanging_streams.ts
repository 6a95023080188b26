/**
 * What hangs beside the logins of others, and the streams of tokens that it is
 * compared with.
 */
import {
  introspectionSettings,
  opaqueTokens,
  type TokenEndpoint,
  webhookSettings,
} from "./asked_service.ts";
import { type BenchIssuer, createIssuer, mintTokens } from "./bearer_tokens.ts";

export interface Stream {
  readonly name: string;
  /** So many tokens that nobody has shown before; undefined for no stream. */
  readonly tokens?: (count: number) => readonly string[];
  /** A token that is answered: whoever was left alone is asked again, and hangs anew. */
  readonly answered?: () => string;
}

export interface Streams {
  /** Nobody is asked about these: they cost as little as any can. */
  readonly refused: Stream;
  readonly hanging: readonly Stream[];
  /** For what they are worth beside those that are compared. */
  readonly others: readonly Stream[];
  /** Whose keys do not come. */
  readonly issuer: BenchIssuer;
  /** Whose good tokens are remembered. */
  readonly rememberedLabel: string;
  /** What the service is configured with. */
  readonly settings: object;
}

/** Within the second that the service waits: no failure, and so never left alone. */
const SLOW_MS = 800;

export function createStreams(endpoint: TokenEndpoint): Streams {
  const issuer: BenchIssuer = {
    ...createIssuer("EdDSA", "keys-hang"),
    jwksUrl: `${endpoint.origin}/keys/never`,
  };
  const rememberedLabel = "remembered";
  const bad = (label: string) => (count: number) =>
    opaqueTokens(label, "bad", count);
  const hangingAt = (name: string, label: string): Stream => ({
    name,
    tokens: bad(label),
    answered: () => opaqueTokens(label, "good", 1).join(""),
  });
  return {
    issuer,
    rememberedLabel,
    refused: {
      name: "refused by their form",
      tokens: (count) => bad("quick")(count).map((token) => `${token} `),
    },
    hanging: [
      hangingAt("introspection hangs", "introspection"),
      hangingAt("webhook hangs", "webhook"),
      {
        name: "keys hang",
        tokens: (count) => mintTokens({ issuer, flaw: "none" }, count),
      },
    ],
    others: [
      { name: "none" },
      { name: "asked about, answers at once", tokens: bad("quick") },
      {
        name: `asked about, answers after ${SLOW_MS} ms`,
        tokens: bad("slow"),
      },
    ],
    settings: {
      introspection: [
        { label: rememberedLabel, answersAfter: 0 },
        { label: "quick", answersAfter: 0 },
        { label: "slow", answersAfter: SLOW_MS },
        { label: "introspection", answersAfter: "never" as const },
      ].map((each) => introspectionSettings({ ...each, endpoint })),
      webhook: webhookSettings({
        label: "webhook",
        answersAfter: "never",
        endpoint,
      }),
    },
  };
}
