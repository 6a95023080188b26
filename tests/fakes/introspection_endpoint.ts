/**
 * An introspection endpoint in a process of its own: tokens are good if they say
 * so. Prints its port.
 */
function main(): void {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const inactive = JSON.stringify({ active: false });
  const active = JSON.stringify({
    active: true,
    sub: "alice",
    aud: "nats",
    exp,
  });
  // deno-lint-ignore no-console -- whoever started this reads it
  const onListen = ({ port }: Deno.NetAddr): void => console.log(port);
  Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, async (request) => {
    const isGood = (await request.text()).startsWith("token=good-");
    return new Response(isGood ? active : inactive, {
      headers: { "content-type": "application/json" },
    });
  });
}

if (import.meta.main) main();
