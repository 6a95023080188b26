/**
 * The first rung: the operations of one request, ours against the library's.
 */
import { encodeUser } from "@nats-io/jwt";
import {
  createAccount,
  createCurve,
  createUser,
  fromPublic,
  type KeyPair,
} from "@nats-io/nkeys";
import { Buffer } from "node:buffer";
import { Secret } from "../../src/base/secret.ts";
import { encodeNatsJwt } from "../../src/nats_jwt/codec.ts";
import {
  type SigningKey,
  signingKeyFromSeed,
  verifyingKey,
  verifySignature,
} from "../../src/nats_jwt/nkeys.ts";
import { xkeyFromSeed } from "../../src/nats_jwt/xkeys.ts";
import type { Bench, Rung, RungOutcome } from "./bench.ts";
import { costOf, costsInTurns } from "./timing.ts";

export const cryptoRung: Rung = {
  name: "crypto",
  summary: "Operations of one request: ours against @nats-io/nkeys and jwt",
  run: measure,
};

interface Comparison {
  readonly name: string;
  readonly ours: () => unknown;
  readonly theirs: () => unknown;
}

/** A request with a bearer token of 600 bytes is about so long. */
const MESSAGE_BYTES = 1800;

async function measure({ scale }: Bench): Promise<RungOutcome> {
  const comparisons = [...signatures(), ...seals(), encoders()];
  const costs = await costsInTurns(
    comparisons.flatMap(({ ours, theirs }) => [
      () => costOf(ours, scale.operationMs),
      () => costOf(theirs, scale.operationMs),
    ]),
    scale.rounds,
  );
  const rows = comparisons.map(({ name }, index) => {
    const ours = costs[2 * index] ?? NaN;
    const theirs = costs[2 * index + 1] ?? NaN;
    return [name, ours, theirs, theirs / ours];
  });
  return {
    tables: [{
      title: "Operations, ms of CPU",
      columns: ["", "ours", "library", "times"],
      rows,
    }],
    findings: [],
  };
}

function signatures(): Comparison[] {
  const { library, native } = accountKey();
  const message = Buffer.alloc(MESSAGE_BYTES, "m");
  const signature = native.sign(message);
  const publicKey = native.publicKey;
  const theirPublicKey = fromPublic(publicKey);
  const ourPublicKey = verifyingKey(publicKey, "account");
  if (ourPublicKey === undefined) throw new Error("not a public key");
  return [
    {
      name: "sign",
      ours: () => native.sign(message),
      theirs: () => library.sign(message),
    },
    {
      name: "verify",
      ours: () => verifySignature(ourPublicKey, message, signature),
      theirs: () => theirPublicKey.verify(message, signature),
    },
  ];
}

function seals(): Comparison[] {
  const library = createCurve();
  const other = createCurve();
  const seed = new TextDecoder().decode(library.getSeed());
  const ours = xkeyFromSeed(new Secret(seed));
  const otherKey = other.getPublicKey();
  const message = Buffer.alloc(MESSAGE_BYTES, "m");
  const sealed = other.seal(message, ours.publicKey);
  return [
    {
      name: "open",
      ours: () => ours.open(sealed, otherKey),
      theirs: () => library.open(sealed, otherKey),
    },
    {
      name: "seal",
      ours: () => ours.seal(message, otherKey),
      theirs: () => library.seal(message, otherKey),
    },
  ];
}

/** The library's encoder with a native signature, so that only the encoders differ. */
function encoders(): Comparison {
  const { library, native } = accountKey();
  const user = createUser().getPublicKey();
  const account = createAccount().getPublicKey();
  const subtree = { allow: ["users.somebody.>"] };
  const pair: KeyPair = {
    getPublicKey: () => native.publicKey,
    getPrivateKey: () => library.getPrivateKey(),
    getSeed: () => library.getSeed(),
    sign: (bytes) => native.sign(bytes),
    verify: (bytes, signature) => library.verify(bytes, signature),
    clear: () => library.clear(),
    seal: (bytes, recipient) => library.seal(bytes, recipient),
    open: (bytes, sender) => library.open(bytes, sender),
  };
  const exp = 1_900_003_600;
  return {
    name: "encode a user JWT, signed natively",
    ours: () =>
      encodeNatsJwt({
        "sub": user,
        "name": "somebody",
        "iat": exp - 3600,
        exp,
        "nats": {
          "type": "user",
          "version": 2,
          "issuer_account": account,
          "pub": subtree,
          "sub": subtree,
          "subs": -1,
          "data": -1,
          "payload": -1,
        },
      }, native),
    theirs: () =>
      encodeUser("somebody", user, account, { pub: subtree, sub: subtree }, {
        signer: pair,
        exp,
      }),
  };
}

function accountKey(): {
  readonly library: KeyPair;
  readonly native: SigningKey;
} {
  const library = createAccount();
  const seed = new Secret(new TextDecoder().decode(library.getSeed()));
  return { library, native: signingKeyFromSeed(seed, "account") };
}
