/**
 * Where a setting stands, as the names and indices that lead to it, and as the
 * text that people read: `issuers[0].jwks_url`.
 */

export type Path = readonly (string | number)[];

/** A name that can be shown. What is put in the place of a name may be a secret. */
const SETTING_NAME_REGEXP = /^[a-z][a-z0-9_]{0,39}$/;

export function pathText(path: Path): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += text === "" ? showName(part) : `.${showName(part)}`;
  }
  return text === "" ? "the file" : text;
}

export function showName(name: string): string {
  return SETTING_NAME_REGEXP.test(name) ? name : "(a name that is none)";
}

/** Whether the setting is that one or stands inside of it. */
export function isWithin(path: string, outer: string): boolean {
  if (path === outer) return true;
  return path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}
