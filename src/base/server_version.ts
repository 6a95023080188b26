/**
 * Versions of nats-server, and since which of them something is so.
 */

/**
 * The first version of each release line that has it, the oldest line first.
 * Lines in front of the first never had it, those behind the last always did.
 */
export type ServerVersions = readonly (readonly [
  major: number,
  minor: number,
  patch: number,
])[];

/** What comes behind a hyphen was built before the release. */
const VERSION_REGEXP = /^v?(\d+)\.(\d+)\.(\d+)(-?)/;

/** Whether that version has what these have. One that cannot be read has not. */
export function isSince(version: string, since: ServerVersions): boolean {
  const found = VERSION_REGEXP.exec(version);
  if (found === null) return false;
  const [major = 0, minor = 0, patch = 0] = found.slice(1, 4).map(Number);
  const isBefore = found[4] === "-";
  const sameLine = since.find((first) =>
    first[0] === major && first[1] === minor
  );
  if (sameLine !== undefined) {
    return isBefore ? patch > sameLine[2] : patch >= sameLine[2];
  }
  const last = since.at(-1);
  return last !== undefined &&
    (major > last[0] || major === last[0] && minor > last[1]);
}

/** `2.11.16, 2.12.7 or newer` */
export function versionsText(since: ServerVersions): string {
  return `${since.map((version) => version.join(".")).join(", ")} or newer`;
}
