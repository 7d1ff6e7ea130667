import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { chosen, chosenDay, chosenId, withFilters } from "../frame/location.ts";
import { pageAt, pagesOf } from "../frame/pages.ts";
import { claimsOf, hasExpired } from "../session/claims.ts";
import { following, turned } from "../session/follow.ts";
import type { Session } from "../session/session.ts";
import { linkTo, settingsOf } from "../session/settings.ts";

function tokenWith(claims: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  const payload = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `e30.${payload}.signature`;
}

Deno.test("a token's claims are read, umlauts too; what is no token has none", () => {
  const claims = claimsOf(tokenWith({ sub: "Zoë ÿ~?>", org_id: "o", org_role: "trainee", exp: 100 }));
  deepEqual(claims, { subject: "Zoë ÿ~?>", is_admin: false, org_id: "o", org_role: "trainee", expires_at: 100 });
  deepEqual(["", "a.b.c", "text", JSON.parse("5")].map(claimsOf), [null, null, null, null]);
});

Deno.test("a token is over at its end, and one without an end never", () => {
  const claims = { subject: "s", is_admin: false, org_id: null, org_role: null };
  deepEqual([99_999, 100_000].map((now) => hasExpired({ ...claims, expires_at: 100 }, now)), [false, true]);
  equal(hasExpired({ ...claims, expires_at: null }, 1e15), false);
});

Deno.test("settings without a key name what is missing; without a URL the pages' own origin is asked", () => {
  throws(() => settingsOf({}, "https://a.example"), /no "key"/);
  equal(settingsOf({ key: "k" }, "https://a.example").url, "https://a.example");
});

Deno.test("a link needs all of its values, and leads to a web address only", () => {
  const template = "https://app.example/feedback/{feedback_id}";
  equal(linkTo(template, { feedback_id: "made-up/a b" }), "https://app.example/feedback/made-up/a%20b");
  equal(linkTo(template, { feedback_id: null }), null);
  equal(linkTo(undefined, { feedback_id: "a" }), null);
  equal(linkTo("{feedback_id}", { feedback_id: "javascript:alert(1)" }), null);
  equal(linkTo("//{feedback_id}", { feedback_id: "evil.example" }), null);
});

Deno.test("filters are kept in the address, and a filter at its default is not", () => {
  equal(withFilters("/a/b", "?days=7&embed=1", { days: null, to: "2013-05-01" }), "/a/b?embed=1&to=2013-05-01");
  equal(withFilters("/a/b", "?days=7", { days: null }), "/a/b");
});

Deno.test("a filter of the address that is not offered falls back to the default", () => {
  const filters = new URLSearchParams("days=8&to=2013-02-30");
  equal(chosen(filters, "days", ["30", "7"]), "30");
  deepEqual([chosenDay(filters, "to"), chosenDay(new URLSearchParams("to=2013-02-28"), "to")], [null, "2013-02-28"]);
});

Deno.test("a page has the address of its pack and name, and the root is the first page for the person, of the own ones", () => {
  const load = () => Promise.reject(new Error("not loaded here"));
  const pages = pagesOf({
    "../packs/abc/pages/pages.ts": {
      pages: [{ name: "field", title: "Field", comes_last: true, isFor: () => true, load }],
    },
    "../packs/acme/pages/pages.ts": {
      pages: [
        { name: "orders", title: "Orders", isFor: ({ org_role }) => org_role === "manager", load },
        { name: "mine", title: "Mine", isFor: () => true, load },
      ],
    },
  });
  const claims = { subject: "s", is_admin: false, org_id: "o", org_role: "trainee", expires_at: null };
  const at = (path: string, base = "/") => pageAt(pages, path, base, claims)?.path ?? null;
  deepEqual(["/", "/index.html", "/acme/orders", "/acme/orders/", "/acme/none"].map((path) => at(path)), [
    "acme/mine",
    "acme/mine",
    "acme/orders",
    "acme/orders",
    null,
  ]);
  equal(at("/site/acme/mine", "/site/"), "acme/mine");
  equal(at("/abc/field"), "abc/field");
});

Deno.test("a session tells when a later token gives the person another role, and only then", async () => {
  const token = (claims: object) => tokenWith({ sub: "u1", org_id: "o1", ...claims });
  let current: string | null = token({ org_role: "manager", exp: 1 });
  const first = claimsOf(current);
  ok(first !== null);
  const session = following(first, () => Promise.resolve(current));
  const told: (string | null)[] = [];
  session.follow?.(({ org_role }) => told.push(org_role));
  await session.token();
  current = token({ org_role: "manager", exp: 2 });
  equal(await session.token(), current);
  deepEqual(told, []);
  current = token({ org_role: "trainee", exp: 3 });
  await session.token();
  await session.token();
  current = null;
  equal(await session.token(), null);
  deepEqual(told, ["trainee"]);
});

Deno.test("an id of the address is a whole number as the API writes one; everything else is none", () => {
  const ids = ["12", "", "0", "-1", "1e3", "0x10", " 7", "99999999999999999999", "<b>"];
  deepEqual(ids.map((id) => chosenId(new URLSearchParams({ id }), "id")), [12, ...Array(8).fill(null)]);
  equal(chosenId(new URLSearchParams(), "id"), null);
});

Deno.test("a token of another person is another session, under that person's name; one of another role is the same", async () => {
  const claims = { subject: "u1", is_admin: false, org_id: "o1", org_role: "manager", expires_at: null };
  const session = (title: string): Session => ({
    ...{ claims, title, token: () => Promise.resolve(null), end: () => Promise.resolve() },
  });
  const resume = () => Promise.resolve(session("second@example.com"));
  const demoted = await turned(session("first@example.com"), { ...claims, org_role: "trainee" }, resume);
  deepEqual([demoted?.title, demoted?.claims.org_role], ["first@example.com", "trainee"]);
  equal(
    (await turned(session("first@example.com"), { ...claims, subject: "u2" }, resume))?.title,
    "second@example.com",
  );
});
