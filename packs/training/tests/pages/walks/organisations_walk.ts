// A person of another organisation sees nothing of the first one's, on any page of any pack.
import { deepEqual, equal, ok } from "node:assert/strict";
import { PAGES } from "../../../../../tests/pages/walks/matrix/cells.ts";
import { proofs } from "../../../../../tests/support/random/proofs.ts";
import type { Page } from "../../../../../tests/support/rigs/browser.ts";
import { type Claims, claimsOf } from "../../../../../app/session/claims.ts";
import { demoTrainingOrg } from "../../../demo/rows.ts";
import { filters } from "../filters.ts";
import { PASSWORD, product, signUp, walk } from "./stage.ts";

const ROLES = ["admin", "manager"] as const;

for (const role of ROLES.slice(0, proofs(1, ROLES.length))) {
  walk(
    `another organisation's ${role} sees no person, team or scenario of the first one's on any page, by its addresses or without them`,
    async ({ page, strange, errors }) => {
      const { stack, sql } = product();
      const [other] = await sql`
        select o.id::text, o.name from public.orgs as o
        where o.id <> ${demoTrainingOrg}
        order by (select count(*) from public.scenario_attempts as a where a.org_id = o.id) desc limit 1`;
      const email = `${role}-of-another@example.com`;
      const id = await signUp(email);
      await sql`insert into public.org_members (org_id, user_id, role) values (${other?.["id"]}, ${id}, ${role})`;
      const names = await namesOfFirstAlone(String(other?.["id"]));
      ok(names.length > 1_000, `${names.length} names`);
      const query = await filters(sql);
      const addresses = PAGES.map(({ path }) => `/${path}?${query[path.split("/")[1] ?? ""] ?? ""}`);

      // So that every answer that is cached for the first organisation is there.
      const first = String(stack.tokens[role === "admin" ? "org_admin" : "manager"]);
      await become(page, first);
      const seen = new Set<string>();
      for (const address of addressesFor(claimsOf(first), addresses)) {
        for (const name of found(names, await htmlOf(page, address))) seen.add(name);
      }
      ok(seen.size >= 10, `the person of the first organisation sees ${seen.size} names`);

      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      const token = await tokenOf(email);
      equal(claimsOf(token)?.org_id, other?.["id"]);
      await become(page, token);
      let own = "";
      for (const address of addresses) {
        const html = await htmlOf(page, address);
        deepEqual(found(names, html), [], address);
        own += html;
      }
      ok(role !== "admin" || own.includes(String(other?.["name"])), "the person sees nothing of the own organisation");
      for (const address of addressesFor(claimsOf(token), addresses)) {
        const path = address.replace(/\?.*/, "");
        deepEqual(found(names, await htmlOf(page, path)), [], path);
      }
      deepEqual([strange, errors], [[], []]);
    },
  );
}

/** Who and what is of the first organisation, and not of the other one as well. */
async function namesOfFirstAlone(other: string): Promise<string[]> {
  const { sql } = product();
  const rows = await sql`
    with named as (
      select m.org_id, m.user_id as name from public.org_members as m
      union all
      select m.org_id, u.name from public.org_members as m join public.users as u on u.id = m.user_id
      union all select t.org_id, t.name from public.teams as t
      union all select t.org_id, t.id::text from public.teams as t
      union all select s.org_id, s.title from public.scenarios as s
      union all select s.org_id, s.id::text from public.scenarios as s
    )
    select name from named where org_id = ${demoTrainingOrg} and name is not null
    except select name from named where org_id = ${other}`;
  return rows.map(({ name }) => String(name));
}

/** The names that a text holds as a whole. */
function found(names: readonly string[], text: string): string[] {
  return names.filter((name) => {
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
      if (!/\w/.test(text.charAt(at - 1)) && !/\w/.test(text.charAt(at + name.length))) return true;
    }
    return false;
  });
}

function addressesFor(claims: Claims | null, addresses: readonly string[]): string[] {
  return PAGES.flatMap((entry, index) => claims !== null && entry.isFor(claims) ? [addresses[index] ?? ""] : []);
}

/** In the tab of the person before. */
async function become(page: Page, token: string): Promise<void> {
  await page.goto(`${product().stack.origin}/icon.svg`);
  const session = JSON.stringify({ kind: "demo", title: "Somebody", token });
  await page.evaluate(`sessionStorage.setItem("freshet.session", ${JSON.stringify(session)})`);
}

/** All of a page's document, once its cards have their answers. */
async function htmlOf(page: Page, address: string): Promise<string> {
  await page.goto(product().stack.origin + address);
  await page.locator(".settled").first().waitFor();
  await page.locator("[aria-busy=true]").first().waitFor({ state: "hidden" });
  const text = await page.evaluate(`(() => {
    // The filters of the address were the person's own to write.
    const written = [...document.querySelectorAll("input")].map((input) => input.value);
    return document.documentElement.outerHTML + "\\n" + document.body.innerText + written.join("\\n");
  })()`);
  return String(text);
}

async function tokenOf(email: string): Promise<string> {
  const { stack: { origin, keys } } = product();
  const response = await fetch(`${origin}/auth/v1/token?grant_type=password`, {
    method: "POST",
    headers: { "content-type": "application/json", apikey: keys.publishableKey },
    body: JSON.stringify({ email, password: PASSWORD }),
  });
  const { access_token } = await response.json();
  return access_token;
}
