/**
 * Changes the file of API tokens: all of it is read, checked and written anew, so
 * that whoever reads it at the same time sees the old or the new one.
 */
import {
  ApiTokenFileFault,
  formatApiTokenFile,
  parseApiTokenFile,
} from "../identity/api_token_file.ts";
import type { ApiTokenEntry } from "../identity/api_token_file.ts";

/** The file cannot be used; the message names it and says what to do. */
export class ApiTokenFileError extends Error {
  override readonly name = "ApiTokenFileError";
}

/** The owner, and a group that the service may be in. */
const MODE_MASK = 0o660;
const NEW_MODE = 0o600;

/**
 * The entries, in the order of the file; none if there is no file yet.
 *
 * @throws {ApiTokenFileError} If it cannot be used.
 */
export async function readEntries(
  file: string,
): Promise<readonly ApiTokenEntry[]> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw new ApiTokenFileError(`${file} cannot be read`, { cause: error });
  }
  const records = parseApiTokenFile(text);
  if (records instanceof ApiTokenFileFault) {
    throw new ApiTokenFileError(
      `${file} ${records.problem}: mend it by hand, nothing has been changed`,
    );
  }
  return [...records.values()].map(({ entry }) => entry);
}

/**
 * Replaces the entries by what `change` makes of them.
 *
 * @throws {ApiTokenFileError} If the file cannot be used, or somebody else changes it.
 */
export async function changeEntries(
  file: string,
  change: (entries: readonly ApiTokenEntry[]) => readonly ApiTokenEntry[],
): Promise<void> {
  const next = `${file}.new`;
  using lock = await createNext(next);
  try {
    const text = formatApiTokenFile(change(await readEntries(file)));
    // What is written now must be what can be read later.
    const written = parseApiTokenFile(text);
    if (written instanceof ApiTokenFileFault) {
      throw new ApiTokenFileError(`the file ${written.problem}`);
    }
    await lock.write(new TextEncoder().encode(text));
    await lock.sync();
    await keepOwner(file, next);
    await Deno.rename(next, file);
  } catch (error) {
    await Deno.remove(next);
    throw error;
  }
}

/** Its being there keeps others out until it takes the file's place. */
async function createNext(next: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(next, {
      createNew: true,
      write: true,
      mode: NEW_MODE,
    });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new ApiTokenFileError(
        `${next} is there: another command changes the file, or one was cut off; then remove it`,
        { cause: error },
      );
    }
    throw new ApiTokenFileError(`${next} cannot be written`, { cause: error });
  }
}

/** The service that reads it may be another user. */
async function keepOwner(file: string, next: string): Promise<void> {
  const [old, own] = await Promise.all([
    Deno.stat(file).catch(() => undefined),
    Deno.stat(next),
  ]);
  if (old === undefined) return;
  if (old.mode !== null) await Deno.chmod(next, old.mode & MODE_MASK);
  if (old.uid !== own.uid || old.gid !== own.gid) {
    await Deno.chown(next, old.uid, old.gid);
  }
}
