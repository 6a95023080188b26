/**
 * The curve P-256, in the library's arithmetic. The library's own P-256 comes
 * with everything that can be done on it, threshold signatures and hashing to the
 * curve among others: half a megabyte that a service would keep for nothing.
 *
 * @see NIST SP 800-186 section 3.2.1.3
 */
import { weierstrass } from "@noble/curves/abstract/weierstrass.js";

export const P256Point = weierstrass({
  p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
  n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  h: 1n,
  a: 0xffffffff00000001000000000000000000000000fffffffffffffffffffffffcn,
  b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  Gx: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  Gy: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
});
