import { assertEquals } from "@std/assert";
import { parseScene, TEXT } from "../../tests/fixtures/config_scene.ts";
import { listPermissionFlags } from "./permissions.ts";

function flagsOf(text: string, files: readonly string[]): readonly string[] {
  return listPermissionFlags({
    ...parseScene({ text }),
    files,
    variables: ["B", "A"],
  });
}

Deno.test("K9 listPermissionFlags() allows the servers, the issuers and monitoring, and no more", () => {
  const text = `${
    TEXT.replace(
      "nats:",
      "nats:\n  servers: nats://a.example, nats://[::1]:4333",
    )
  }
  - { issuer: "https://b.example", label: b }
  - { issuer: "https://10.0.0.1:8443", label: c, remote: { jwks_origins: ["https://keys.example"] } }
  - { issuer: d, label: d, jwks_url: "https://d.example:9443/keys" }
monitoring: { listen: "[::1]:0" }
`;
  assertEquals(flagsOf(text, ["b.yaml", "a,b", "b.yaml"]), [
    "--allow-net=10.0.0.1:8443,[::1],[::1]:4333,a.example:4222,b.example,d.example,keys.example",
    "--allow-read=a,,b,b.yaml",
    "--allow-env=A,B,CALLOUT_CONFIG",
    "--ignore-env",
  ]);
});

Deno.test("K9 listPermissionFlags() keeps a path with white space from ending the flag", () => {
  assertEquals(flagsOf(TEXT, ["a b", "c --allow-run"]), [
    "--allow-net=127.0.0.1:4222,127.0.0.1:8080",
    "--allow-read",
    "--allow-env=A,B,CALLOUT_CONFIG",
    "--ignore-env",
  ]);
});
