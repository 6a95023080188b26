/**
 * Files that the configuration names: read once, bounded, and secrets only when
 * others on the machine cannot read them.
 */

export interface FileRequest {
  readonly path: string;
  /** Holds a seed or a shared secret. */
  readonly secret: boolean;
  readonly bytesMax: number;
}

/** Why a file cannot be used. */
export class FileFault {
  readonly kind: "missing" | "empty" | "unusable";
  /** Continues a sentence that begins with the file. */
  readonly problem: string;
  readonly remedy: string;

  constructor(kind: FileFault["kind"], problem: string, remedy: string) {
    this.kind = kind;
    this.problem = problem;
    this.remedy = remedy;
  }
}

export type ReadFile = (file: FileRequest) => string | FileFault;

/** Nobody but the owner and the group: containers share files by their group. */
const OTHERS_MASK = 0o007;

/** Reads a file of this machine. */
export function readTextFile(request: FileRequest): string | FileFault {
  const { path } = request;
  try {
    return read(request);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return new FileFault(
        "missing",
        "does not exist",
        "see whether the path is right, or make the file",
      );
    }
    const isDenied = error instanceof Deno.errors.PermissionDenied;
    return new FileFault(
      "unusable",
      "cannot be read",
      isDenied
        ? `let the user that runs the service read it: chown or chmod ${path}`
        : "see whether the path is right",
    );
  }
}

function read({ path, secret, bytesMax }: FileRequest): string | FileFault {
  // Before it is opened: opening a pipe would wait for its writer.
  if (!Deno.statSync(path).isFile) {
    return new FileFault("unusable", "is not a file", "name a file");
  }
  using file = Deno.openSync(path);
  // Of the open file, so that it is the one that is read.
  const { mode } = file.statSync();
  if (secret && mode !== null && (mode & OTHERS_MASK) !== 0) {
    return new FileFault(
      "unusable",
      "holds a secret, and others on this machine can read or change it",
      `chmod 600 ${path}, and make a new secret if anybody may have read it`,
    );
  }
  const bytes = readBounded(file, bytesMax);
  if (bytes === undefined) {
    return new FileFault(
      "unusable",
      `is longer than ${bytesMax} bytes`,
      "see whether it is the right file",
    );
  }
  if (bytes.length === 0) {
    return new FileFault(
      "empty",
      "is empty",
      "see whether whatever writes it has ended well",
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new FileFault(
      "unusable",
      "is not text in UTF-8",
      "see whether it is the right file",
    );
  }
}

/** Undefined if there is more than the bound. */
function readBounded(
  file: Deno.FsFile,
  bytesMax: number,
): Uint8Array | undefined {
  const buffer = new Uint8Array(bytesMax + 1);
  let length = 0;
  while (length < buffer.length) {
    const count = file.readSync(buffer.subarray(length));
    if (count === null) return buffer.slice(0, length);
    length += count;
  }
  return undefined;
}
