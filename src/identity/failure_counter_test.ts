import { assert, assertEquals } from "@std/assert";
import type { MonotonicMs } from "../base/time.ts";
import { FailureCounter } from "./failure_counter.ts";
import { sourceGroup } from "./source_group.ts";

Deno.test("G8 failures are forgotten with time, one after the other", () => {
  let now = 0;
  const counter = new FailureCounter(
    { burst: 3, perSecond: 1, namesMax: 10 },
    () => now as MonotonicMs,
  );
  for (let count = 0; count < 10; count++) counter.countFailure("host");
  assert(counter.isExhausted("host"));
  assert(!counter.isExhausted("other"));
  now = 999;
  assert(counter.isExhausted("host"));
  now = 1_000;
  assert(!counter.isExhausted("host"));
  counter.countFailure("host");
  assert(counter.isExhausted("host"));
  now = 60_000;
  counter.countFailure("host");
  assert(!counter.isExhausted("host"));
});

Deno.test("G8 the counter's memory is bounded", () => {
  const counter = new FailureCounter(
    { burst: 3, perSecond: 1, namesMax: 100 },
    () => 0 as MonotonicMs,
  );
  for (let count = 0; count < 10_000; count++) {
    counter.countFailure(`host-${count}`);
  }
  assertEquals(counter.size, 100);
});

const groups: readonly [string, string][] = [
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002::", "2001:db8:1:2::/64"],
  ["2001:db8::6", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["not:an:address!", "not:an:address!"],
  ["", ""],
  ["unix", "unix"],
];

for (const [host, group] of groups) {
  Deno.test(`G8 sourceGroup() of ${JSON.stringify(host)} is ${group}`, () => {
    assertEquals(sourceGroup(host), group);
  });
}
