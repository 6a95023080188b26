/**
 * Where a nats-server can be had from when none is installed.
 */
import { dirname } from "node:path";
import { runCommand } from "./command.ts";
import { PINNED_RELEASE, release } from "./nats_server_release.ts";
import { type NatsServerSource, SourceError } from "./nats_server_source.ts";
import { versionProblem } from "./nats_server_version.ts";

/** Newest release that was tried when this was written. */
const MODULE_VERSION = "2.15.2";
const MODULE = "github.com/nats-io/nats-server/v2";

const BUILD_TIMEOUT_MS = 15 * 60_000;
const PACKAGE_TIMEOUT_MS = 2 * 60_000;

/** All sources, in the order in which they are tried. */
export function natsServerSources(
  version: string | undefined,
): readonly NatsServerSource[] {
  const fromModule = goModule(version ?? MODULE_VERSION);
  const fromRelease = release(PINNED_RELEASE);
  if (version === undefined) return [fromRelease, fromModule, debianPackage()];
  return version === PINNED_RELEASE.version
    ? [fromRelease, fromModule]
    : [fromModule];
}

/** Builds it where Go is installed; Go's checksum database vouches for the source. */
function goModule(version: string): NatsServerSource {
  return {
    name: `go install ${MODULE}@v${version}`,
    folder: `go-${version}`,
    async install(target, { signal, report } = {}): Promise<void> {
      const go = await runCommand(["go", "version"], {
        timeoutMs: PACKAGE_TIMEOUT_MS,
        signal,
      });
      if (go.kind === "missing") throw new SourceError("no go on the PATH");
      report?.(`Building nats-server ${version} with Go, once: takes a minute`);
      const folder = `${target}.go`;
      const outcome = await runCommand(
        ["go", "install", `${MODULE}@v${version}`],
        {
          timeoutMs: BUILD_TIMEOUT_MS,
          signal,
          environment: {
            GOBIN: folder,
            // Goes with the workshop: Go leaves what it builds in when it is interrupted.
            "GOTMPDIR": dirname(target),
            "CGO_ENABLED": "0",
          },
        },
      );
      if (outcome.kind === "failed") throw new SourceError(outcome.problem);
      await Deno.rename(`${folder}/nats-server`, target);
    },
  };
}

/** Debian's and Ubuntu's package, unpacked and not installed: it would start a server of its own. */
function debianPackage(): NatsServerSource {
  return {
    name: "Debian package nats-server",
    folder: "package",
    async install(target, { signal } = {}): Promise<void> {
      const options = { timeoutMs: PACKAGE_TIMEOUT_MS, signal };
      const policy = await runCommand(
        ["apt-cache", "policy", "nats-server"],
        { ...options, environment: { "LC_ALL": "C" } },
      );
      if (policy.kind === "missing") throw new SourceError("no apt here");
      if (policy.kind === "failed") throw new SourceError(policy.problem);
      const candidate = /Candidate: (?:\d+:)?(\d+\.\d+\.\d+)/.exec(
        policy.output,
      )?.[1];
      if (candidate === undefined) throw new SourceError("no such package");
      const problem = versionProblem(candidate, undefined);
      if (problem !== undefined) throw new SourceError(problem);

      const folder = `${target}.package`;
      await Deno.mkdir(folder);
      const got = await runCommand(["apt-get", "download", "nats-server"], {
        ...options,
        folder,
      });
      if (got.kind !== "done") throw new SourceError("apt-get download failed");
      for await (const { name } of Deno.readDir(folder)) {
        if (!name.endsWith(".deb")) continue;
        const unpacked = await runCommand(
          ["dpkg-deb", "-x", `${folder}/${name}`, folder],
          options,
        );
        if (unpacked.kind !== "done") throw new SourceError("dpkg-deb failed");
      }
      await Deno.rename(`${folder}/usr/bin/nats-server`, target);
    },
  };
}
