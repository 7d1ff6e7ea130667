/** A header that lists every hop: each proxy appends the address that called it. */
const HOPS = "x-forwarded-for";

/**
 * The address of the client, as reported by the edge in front of the function. `named` must be a header that this edge
 * sets itself: otherwise a caller could choose its value. Without it the last hop counts, which no caller can set. IPv6
 * addresses are counted by their network of 64 bits, which one subscriber owns.
 *
 * @returns "unknown" if no header has it: all such callers are counted as one
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const headers = new Headers({ "x-forwarded-for": "10.9.8.7, 203.0.113.5" });
 * assert.equal(clientAddress(headers, "cf-connecting-ip"), "203.0.113.5");
 * assert.equal(clientAddress(new Headers({ "cf-connecting-ip": "2001:DB8::1" }), "cf-connecting-ip"), "2001:db8:0:0");
 * ```
 */
export function clientAddress(headers: Headers, named: string): string {
  const list = headers.get(named) ?? headers.get(HOPS) ?? "";
  const address = list.slice(list.lastIndexOf(",") + 1).trim().toLowerCase();
  if (address === "" || address.length > 64) return "unknown";
  return address.includes(":") ? networkOf(address) : address;
}

/** The first 64 bits, in one spelling; an IPv4-mapped IPv6 address is that IPv4 address. */
function networkOf(address: string): string {
  const ipv4 = /^(?:0*:)*(?:0*:)?:?ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (ipv4 !== undefined) return ipv4;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length);
  const whole = [...groups, ...Array.from({ length: zeros }, () => "0"), ...after];
  return whole.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":");
}
