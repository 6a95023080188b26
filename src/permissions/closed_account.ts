/**
 * Accounts that no user of a bearer token belongs in, whatever the configuration
 * says: one in AUTH could subscribe to the requests and read tokens, one in the
 * system account sees and ends every connection.
 */

/** Compared without case: they are names that an operator gives. */
const CLOSED_ACCOUNTS: readonly string[] = ["AUTH", "SYS", "$SYS", "SYSTEM"];

export function isClosedAccount(name: string): boolean {
  return CLOSED_ACCOUNTS.includes(name.toUpperCase());
}
