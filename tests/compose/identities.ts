/**
 * Users of the stack that came to be without a bearer token: as its volumes hold
 * them, or made with nsc as one did before.
 */
import type { Project } from "./project.ts";

/** The user JWT that the server hands to whoever brings none. */
export async function readSentinel(stack: Project): Promise<string> {
  const jwt = await stack.inBox(
    "nsc describe user --account AUTH --name sentinel --raw 2>/dev/null",
  );
  return jwt.trim();
}

/** Public key of the service's own user. */
export async function readCalloutUser(stack: Project): Promise<string> {
  return await stack.inBox(
    "nsc describe user --account AUTH --name callout --json 2>/dev/null | jq -rj .sub",
  );
}

/** Creds of a new user of the application account, as they were made for each client before. */
export async function makeCreds(stack: Project, name: string): Promise<string> {
  return await stack.inBox(`
    key=$(nsc describe account APP --json 2>/dev/null | jq -r '.nats.signing_keys[0]')
    nsc add user --account APP --name ${name} -K "$key" >/dev/null 2>&1
    nsc generate creds --account APP --name ${name} 2>/dev/null`);
}
