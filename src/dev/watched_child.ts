/**
 * A program that never outlives us. It runs below a small shell that sees when
 * we are gone, however we went, then ends it and removes its folder: Deno can
 * not do so itself when it is killed.
 *
 * The shell is in a session of its own. Ctrl-C reaches every program of the
 * terminal at once, and nats-server must be the last to go: the service first
 * has to answer what is in flight.
 */

/**
 * Standard input is the line of life: it ends with us. `wait` returns early
 * when the trap runs, hence the loop; a number that is no child any more was
 * waited for.
 */
const SCRIPT = `
folder=$1; shift
exec 3<&0
"$@" </dev/null >>"$folder/output" 2>&1 3<&- &
child=$!
trap 'abandoned=yes; kill -KILL "$child"' USR1
(read -r _ <&3; kill -USR1 $$) >/dev/null 2>&1 &
watcher=$!
while :; do
  wait "$child"; status=$?
  kill -0 "$child" 2>/dev/null || break
done
kill "$watcher" 2>/dev/null
[ -n "$abandoned" ] && rm -rf -- "$folder"
exit "$status"
`;

export interface WatchedChild {
  /** Resolves with the exit code when the program has ended. */
  readonly ended: Promise<number>;
  /** Kills the program at once and removes the folder. */
  abandon(): Promise<void>;
}

/** Starts a program; what it prints goes to the file `output` in the folder. */
export function spawnWatched(
  folder: string,
  command: readonly string[],
): WatchedChild {
  const shell = new Deno.Command("sh", {
    args: ["-c", SCRIPT, "sh", folder, ...command],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  async function watch(): Promise<number> {
    const { code } = await shell.status;
    await closeStdin();
    return code;
  }
  async function closeStdin(): Promise<void> {
    try {
      await shell.stdin.close();
    } catch {
      // The shell is gone, and its end of the pipe with it.
    }
  }
  const ended = watch();
  return {
    ended,
    async abandon(): Promise<void> {
      await closeStdin();
      await ended;
    },
  };
}
