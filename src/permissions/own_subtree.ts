/**
 * The default policy: everybody publishes and subscribes in a subtree of one's
 * own, `users.<sub>.>`, and nowhere else. Private inboxes live there too
 * (`users.<sub>._INBOX`), so that nobody reads another's replies.
 */
import { Buffer } from "node:buffer";
import type { Identity } from "../base/identity.ts";
import { SUB_BYTES_MAX } from "../base/limits.ts";
import { type Rejected, rejected } from "../base/outcome.ts";
import type { Grant, Permit } from "./grant.ts";
import { subjectToken } from "./subject_token.ts";

export interface OwnSubtreeOptions {
  /** Name of the application account. */
  readonly account: string;
  /** Longest session, in seconds. */
  readonly sessionSecondsMax: number;
  /**
   * Label by issuer. Equal subs of two issuers are two identities (ASVS 10.3.3),
   * so at most one of several issuers may go without.
   */
  readonly issuerLabels: ReadonlyMap<string, string>;
}

/** Grants each identity its own subtree. */
export function createOwnSubtreePolicy(options: OwnSubtreeOptions): Permit {
  return function permit(identity: Identity): Grant | Rejected {
    const { sub } = identity;
    // A lone surrogate has no UTF-8 of its own: two of them would share a token.
    if (sub === "" || !sub.isWellFormed()) {
      return rejected(
        "sub_unusable_in_subject",
        'Cannot grant: claim "sub" is empty or not well-formed Unicode',
      );
    }
    if (Buffer.byteLength(sub, "utf8") > SUB_BYTES_MAX) {
      return rejected(
        "sub_unusable_in_subject",
        `Cannot grant: claim "sub" is longer than ${SUB_BYTES_MAX} bytes`,
      );
    }
    const name = subjectToken(sub, options.issuerLabels.get(identity.issuer));
    const subtree = [`users.${name}.>`];
    return {
      kind: "grant",
      account: options.account,
      name,
      publish: { allow: subtree, deny: [] },
      subscribe: { allow: subtree, deny: [] },
      sessionSecondsMax: options.sessionSecondsMax,
    };
  };
}
