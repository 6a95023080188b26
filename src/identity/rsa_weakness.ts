/**
 * RSA public keys that are not fit to verify anything: too short, too long, or
 * made by a generator whose primes can be guessed.
 */
import {
  RSA_EXPONENT_MAX,
  RSA_MODULUS_BITS_MAX,
  RSA_MODULUS_BITS_MIN,
} from "../base/limits.ts";
import { toBigInt } from "./big_endian.ts";

/** What is wrong with the key, or undefined. */
export function rsaWeakness(
  modulus: Uint8Array,
  exponent: Uint8Array,
): string | undefined {
  const n = toBigInt(modulus);
  const bits = n.toString(2).length;
  if (bits < RSA_MODULUS_BITS_MIN) {
    return `RSA modulus has ${bits} bits, less than ${RSA_MODULUS_BITS_MIN}`;
  }
  if (bits > RSA_MODULUS_BITS_MAX) {
    return `RSA modulus has more than ${RSA_MODULUS_BITS_MAX} bits`;
  }
  if (n % 2n === 0n) return "RSA modulus is even";
  const e = toBigInt(exponent);
  // With 1, every message is its own signature.
  if (e < 3n) return "RSA exponent is less than 3";
  if (e % 2n === 0n) return "RSA exponent is even";
  if (e > BigInt(RSA_EXPONENT_MAX)) return "RSA exponent is too large";
  if (hasRocaFingerprint(n)) {
    return "RSA modulus was made by a generator with the ROCA flaw (CVE-2017-15361)";
  }
  return undefined;
}

/** The odd primes whose residues the flawed generator gives away. */
// deno-fmt-ignore
const ROCA_PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
  101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/**
 * Primes of the flawed generator are powers of 65537 modulo every small prime,
 * and so is their product. A sound modulus is that by chance once in 2^27.
 *
 * @see Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, section 2.2
 */
function hasRocaFingerprint(modulus: bigint): boolean {
  return ROCA_PRIMES.every((prime) => {
    const residue = Number(modulus % BigInt(prime));
    let power = 1;
    for (let exponent = 0; exponent < prime; exponent++) {
      if (power === residue) return true;
      power = power * 65537 % prime;
    }
    return false;
  });
}
