/**
 * nats-server from the archives that its project publishes on GitHub, checked
 * against checksums that are pinned here.
 */
import { createHash } from "node:crypto";
import { readBoundedBody } from "../base/bounded_body.ts";
import { messageOf, runCommand } from "./command.ts";
import { type NatsServerSource, SourceError } from "./nats_server_source.ts";

/** One release and the checksums of its archives. */
export interface Release {
  readonly version: string;
  /** Where the archives lie, without the version. */
  readonly url: string;
  /** SHA-256 of the archive of each platform. */
  readonly checksums: Readonly<Record<string, string>>;
}

/**
 * The release that is pinned. Not the newest: its checksums are the newest that
 * several independent parties have published beside the release's own, among
 * them the official image `nats:2.15.0` in its Dockerfile (linux).
 */
export const PINNED_RELEASE: Release = {
  version: "2.15.0",
  url: "https://github.com/nats-io/nats-server/releases/download",
  checksums: {
    "linux-amd64":
      "5d2c51caca950333aba84911df7d377f826f3a59ec36061c6539105084f65c92",
    "linux-arm64":
      "cdc208f5a3f42963a52b6ab06ef65626bb870315dc936e26ba571780c6351112",
    "darwin-amd64":
      "5bd8b59ca5bf93fab3da2c5843cf564cd6e2e291e22ae3b861746e7ebe259b95",
    "darwin-arm64":
      "e1c4e22d70bd44abfa0bcb3c16f7cf0c66f648c2e728c58924e8a1ce88913cc8",
  },
};

/** An archive is 7 MB; whatever is much larger is something else. */
const ARCHIVE_BYTES_MAX = 64 * 1024 * 1024;
/** A blocked network often swallows packets: without it the wait would be minutes. */
const ANSWER_TIMEOUT_MS = 10_000;
const DOWNLOAD_TIMEOUT_MS = 5 * 60_000;

/** The archive that the project publishes, with a checksum that is pinned here. */
export function release(options: Release): NatsServerSource {
  return {
    name: `GitHub release v${options.version}`,
    folder: `release-${options.version}`,
    async install(target, { signal } = {}): Promise<void> {
      const platform = releasePlatform();
      const checksum = options.checksums[platform];
      if (checksum === undefined) {
        throw new SourceError(`no checksum is pinned for ${platform}`);
      }
      const stem = `nats-server-v${options.version}-${platform}`;
      const archive = await download(
        `${options.url}/v${options.version}/${stem}.tar.gz`,
        signal,
      );
      const digest = createHash("sha256").update(archive).digest("hex");
      if (digest !== checksum) {
        throw new SourceError(
          `checksum of ${stem}.tar.gz is ${digest}, not the pinned ${checksum}`,
        );
      }
      await unpack(archive, `${stem}/nats-server`, target, signal);
    },
  };
}

/** The platform as the names of the archives spell it. */
function releasePlatform(): string {
  const architecture = Deno.build.arch === "x86_64" ? "amd64" : "arm64";
  return `${Deno.build.os}-${architecture}`;
}

async function download(
  url: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new SourceError(`no answer from ${new URL(url).host}`)),
    ANSWER_TIMEOUT_MS,
  );
  const inTime = AbortSignal.any([
    late.signal,
    AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS),
    ...(signal === undefined ? [] : [signal]),
  ]);
  try {
    const response = await fetch(url, { signal: inTime });
    clearTimeout(timer);
    if (!response.ok) {
      await response.body?.cancel();
      throw new SourceError(`${url} answers ${response.status}`);
    }
    const archive = await readBoundedBody(response, ARCHIVE_BYTES_MAX, inTime);
    if (archive !== undefined) return archive;
    throw new SourceError(`archive is larger than ${ARCHIVE_BYTES_MAX} bytes`);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof SourceError
      ? error
      : new SourceError(messageOf(error));
  } finally {
    clearTimeout(timer);
  }
}

async function unpack(
  archive: Uint8Array,
  member: string,
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const folder = `${target}.release`;
  await Deno.mkdir(folder);
  await Deno.writeFile(`${folder}/archive.tar.gz`, archive);
  const outcome = await runCommand(
    ["tar", "-xzf", "archive.tar.gz", member],
    { timeoutMs: DOWNLOAD_TIMEOUT_MS, signal, folder },
  );
  if (outcome.kind === "missing") throw new SourceError("no tar on the PATH");
  if (outcome.kind === "failed") throw new SourceError(outcome.problem);
  await Deno.rename(`${folder}/${member}`, target);
}
