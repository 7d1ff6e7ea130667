import { equal, notEqual } from "node:assert/strict";
import { clientAddress } from "../../../../shared/http/request/client_address.ts";

const NAMED = "cf-connecting-ip";

function addressOf(headers: Record<string, string>): string {
  return clientAddress(new Headers(headers), NAMED);
}

Deno.test("the header that the edge writes decides, whatever the caller says of earlier hops", () => {
  equal(addressOf({ "cf-connecting-ip": "203.0.113.5", "x-forwarded-for": "10.1.1.1, 10.2.2.2" }), "203.0.113.5");
});

Deno.test("without it the last hop decides, the only one that no caller writes", () => {
  equal(addressOf({ "x-forwarded-for": "1.1.1.1, 2.2.2.2,203.0.113.5" }), "203.0.113.5");
  equal(addressOf({ "x-forwarded-for": "203.0.113.5" }), "203.0.113.5");
});

Deno.test("other headers that callers like to send are not looked at", () => {
  const others = {
    "x-real-ip": "1.1.1.1",
    "true-client-ip": "1.1.1.1",
    "forwarded": "for=1.1.1.1",
    "x-client-ip": "1",
  };
  equal(addressOf(others), "unknown");
});

Deno.test("an IPv6 subscriber is one caller, however many of his addresses he uses and however they are spelled", () => {
  const spellings = [
    "2001:db8:12:34::1",
    "2001:0DB8:0012:0034:ffff:ffff:ffff:ffff",
    "2001:db8:12:34:0:0:0:0",
    "2001:db8:12:34:5::",
  ];
  for (const spelling of spellings) equal(addressOf({ "cf-connecting-ip": spelling }), "2001:db8:12:34");
  notEqual(addressOf({ "cf-connecting-ip": "2001:db8:12:35::1" }), "2001:db8:12:34");
  equal(addressOf({ "cf-connecting-ip": "::1" }), "0:0:0:0");
});

Deno.test("an IPv4 address in IPv6 clothes is that address", () => {
  for (const spelling of ["::ffff:203.0.113.5", "0:0:0:0:0:FFFF:203.0.113.5"]) {
    equal(addressOf({ "cf-connecting-ip": spelling }), "203.0.113.5");
  }
});

Deno.test("what is no address is unknown, and unknown callers are one", () => {
  equal(addressOf({}), "unknown");
  equal(addressOf({ "x-forwarded-for": " , " }), "unknown");
  equal(addressOf({ "cf-connecting-ip": "x".repeat(65) }), "unknown");
});
