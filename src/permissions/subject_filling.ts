/**
 * Fills the subjects of a grant: each placeholder once for a login, then every
 * subject in one pass. What has been filled in is not read again.
 */
import type { Identity } from "../base/identity.ts";
import type { Rejected } from "../base/outcome.ts";
import {
  fillPlaceholder,
  type IssuerLabels,
  type Placeholder,
} from "./placeholder.ts";
import { type SubjectTemplate, tokenText } from "./subject_template.ts";

/** A subject in parts: texts, and numbers of placeholders. */
export type SubjectParts = readonly (string | number)[];

/** The placeholders of all subjects that are filled together. */
export class Placeholders {
  readonly #all: Placeholder[] = [];

  /** Takes the template apart. */
  prepare({ tokens, queue }: SubjectTemplate): SubjectParts {
    const parts: (string | number)[] = [];
    let text = "";
    for (const [index, token] of tokens.entries()) {
      if (index > 0) text += ".";
      if (token.kind !== "value") {
        text += tokenText(token);
        continue;
      }
      if (text !== "") parts.push(text);
      parts.push(this.#numberOf(token.placeholder));
      text = "";
    }
    if (queue !== undefined) text += ` ${queue}`;
    return text === "" ? parts : [...parts, text];
  }

  /** What each stands for with this identity, by its number. */
  fill(
    identity: Identity,
    labels: IssuerLabels,
  ): readonly string[] | Rejected {
    const values: string[] = [];
    for (const placeholder of this.#all) {
      const value = fillPlaceholder(placeholder, identity, labels);
      if (typeof value !== "string") return value;
      values.push(value);
    }
    return values;
  }

  #numberOf(placeholder: Placeholder): number {
    const end = endOf(placeholder);
    const known = this.#all.findIndex((other) =>
      other.text === placeholder.text && endOf(other) === end
    );
    return known === -1 ? this.#all.push(placeholder) - 1 : known;
  }
}

/** The subject, with the values of its placeholders. */
export function joinParts(
  parts: SubjectParts,
  values: readonly string[],
): string {
  let subject = "";
  for (const part of parts) {
    subject += typeof part === "string" ? part : values[part];
  }
  return subject;
}

function endOf(placeholder: Placeholder): string | undefined {
  return placeholder.kind === "path" ? placeholder.end : undefined;
}
