/**
 * Files that may or may not be there.
 */

export async function exists(path: string): Promise<boolean> {
  return await unlessMissing(Deno.stat(path)) !== undefined;
}

/** Whether it is a file; not, also where we may not look. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

/** The file's text; nothing if there is none. */
export async function readIfThere(path: string): Promise<string> {
  return await unlessMissing(Deno.readTextFile(path)) ?? "";
}

export async function removeFolder(path: string): Promise<void> {
  await unlessMissing(Deno.remove(path, { recursive: true }));
}

async function unlessMissing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
