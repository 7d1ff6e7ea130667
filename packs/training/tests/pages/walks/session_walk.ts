// Sessions: signed out, over, of another organisation, with a password; and what an outage leaves.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Page } from "../../../../../tests/support/rigs/browser.ts";
import { card, enter, enterAsTrainee, figure, PASSWORD, product, rowsOf, signUp, walk } from "./stage.ts";

walk("an outage leaves the last known figures and says so; without a network, too", async ({ page, setOffline }) => {
  await enterAsTrainee(page);
  const before = await figure(page, "In all", "Average score");
  await page.route(/\/analytics\//, (route) => route.abort());
  await page.evaluate("dispatchEvent(new Event('online'))");
  await card(page, "In all").getByText(/^Last known/).waitFor();
  match(await card(page, "In all").innerText(), /The API does not answer/);
  equal(await figure(page, "In all", "Average score"), before);
  await setOffline(true);
  await card(page, "In all").getByText(/This device is offline/).waitFor();
  await page.unroute(/\/analytics\//);
  await setOffline(false);
  await card(page, "In all").getByText(/^Last known/).waitFor({ state: "hidden" });
});

walk("a session that is over leads back to the sign-in, and no figure stays", async ({ page }) => {
  await enterAsTrainee(page);
  await page.evaluate(`(() => {
    const kept = JSON.parse(sessionStorage.getItem("freshet.session"));
    // Its signature is of other claims.
    const claims = btoa(JSON.stringify({ sub: "x", exp: 4102444800, role: "authenticated" })).replaceAll("=", "");
    kept.token = kept.token.split(".").toSpliced(1, 1, claims).join(".");
    sessionStorage.setItem("freshet.session", JSON.stringify(kept));
  })()`);
  await page.goto(`${product().stack.origin}/training/trainee`);
  await page.getByText(/^The session is over/).waitFor();
  equal(await page.locator(".value").count(), 0);
  await enterAsTrainee(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  equal(await page.evaluate("sessionStorage.length + localStorage.length <= 1"), true);
});

walk(
  "a person without a part in an organisation is offered no page of training, and sees no figure at its address",
  async ({ page }) => {
    await page.goto(`${product().stack.origin}/training/trainee`);
    await page.getByRole("button", { name: "Member of another organisation" }).click();
    await card(page, "In all").locator(".state").waitFor();
    equal(await page.locator(".value").count(), 0);
    equal(await page.getByRole("link", { name: "My training" }).count(), 0);
  },
);

walk(
  "the page is used by keyboard alone: the skip link comes first, and every control has a visible focus",
  async ({ page }) => {
    await page.goto(product().stack.origin);
    await page.getByRole("button", { name: "Trainee" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "My training" }).waitFor();
    await page.evaluate("document.activeElement?.blur()");
    await page.keyboard.press("Tab");
    equal(await page.evaluate("document.activeElement.textContent"), "Skip to the page");
    await page.keyboard.press("Enter");
    for (let step = 0; step < 12; step++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate("document.activeElement === document.body")) break;
      const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
      ok(
        outline !== "none",
        `${await page.evaluate("document.activeElement.outerHTML.slice(0, 120)")} has no visible focus`,
      );
    }
  },
);

walk(
  "a person signs in with e-mail and password, and a page without rows says what fills it",
  async ({ page, strange }) => {
    const id = await signUp("new@example.com");
    await product().sql`
      insert into public.org_members (org_id, user_id, role) select id, ${id}, 'trainee' from public.orgs limit 1`;

    await signIn(page, "new@example.com", "a wrong password");
    await page.getByRole("alert").waitFor();
    await signIn(page, "new@example.com");
    await card(page, "Last attempts").getByText(/^No attempt yet\. Start one/).waitFor();
    await card(page, "Trend").getByText("No attempt in the 30 days up to today.").waitFor();
    await card(page, "Assignments").getByText(/^Nothing is open/).waitFor();
    // The browser keeps the session: the page is there again without a password.
    await page.reload();
    await page.getByRole("heading", { name: "My training" }).waitFor();
    deepEqual(strange, []);
  },
);

walk(
  "without a session each address shows the sign-in, and after it the page of the address",
  async ({ page, strange }) => {
    const address = `${product().stack.origin}/training/trainee?days=90`;
    await page.goto(address);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    equal(await page.locator(".card").count(), 0);
    await page.getByRole("button", { name: "Trainee", exact: true }).click();
    await page.getByRole("heading", { name: "My training" }).waitFor();
    equal(page.url(), address);
    deepEqual(strange, []);
  },
);

walk(
  "a token that the API no longer takes, while a page is open, leads to the sign-in; no figure stays",
  async ({ page }) => {
    await enterAsTrainee(page);
    await page.route(/\/analytics\//, async (route) => {
      const { authorization = "", ...headers } = route.request().headers();
      await route.continue({ headers: { ...headers, authorization: `${authorization.slice(0, -8)}AAAAAAAA` } });
    });
    await page.evaluate("dispatchEvent(new Event('online'))");
    await page.getByText(/^The session is over/).waitFor();
    equal(await page.locator(".card").count(), 0);
    equal(await page.evaluate("sessionStorage.length"), 0);
    await page.unroute(/\/analytics\//);
    await page.getByRole("button", { name: "Trainee", exact: true }).click();
    await card(page, "In all").locator(".value").first().waitFor();
  },
);

walk("a demoted person's next token ends the figures and the page's offer, without a new sign-in", async ({ page }) => {
  const { sql } = product();
  const id = await signUp("demoted@example.com");
  await sql`
    insert into public.org_members (org_id, user_id, role)
    select org_id, ${id}, 'admin' from public.org_members where user_id = 'demo-manager'`;
  await signIn(page, "demoted@example.com");
  await page.getByRole("heading", { name: "Sign in" }).waitFor({ state: "hidden" });
  await page.goto(`${product().stack.origin}/training/admin`);
  await card(page, "Overview").locator(".value").first().waitFor();
  await page.getByRole("link", { name: "Organisation" }).waitFor();

  await sql`update public.org_members set role = 'trainee' where user_id = ${id}`;
  // The token is due: the next request carries a new one.
  await page.evaluate(`(() => {
    const kept = JSON.parse(localStorage.getItem("freshet.auth"));
    localStorage.setItem("freshet.auth", JSON.stringify({ ...kept, expires_at: 1 }));
  })()`);
  await page.evaluate("dispatchEvent(new Event('online'))");
  await card(page, "Overview").getByText(/^These figures are for other roles/).waitFor();
  await page.locator("section[aria-busy=true]").first().waitFor({ state: "hidden" });
  equal(await page.locator(".value, tbody td, figure").count(), 0);
  equal(await page.getByRole("link", { name: "Organisation" }).count(), 0);
  await page.getByRole("link", { name: "My training" }).click();
  await card(page, "In all").locator(".value").first().waitFor();
});

walk(
  "when somebody else signs in in another tab, the header names them; when they sign out there, no figure stays",
  async ({ page }) => {
    const { sql, stack } = product();
    for (const email of ["first@example.com", "second@example.com"]) {
      const id = await signUp(email);
      await sql`
        insert into public.org_members (org_id, user_id, role) select id, ${id}, 'trainee' from public.orgs limit 1`;
    }
    await signIn(page, "first@example.com");
    await page.getByText("first@example.com").waitFor();
    await card(page, "Last attempts").getByText(/^No attempt yet/).waitFor();
    const second = await fetch(`${stack.origin}/auth/v1/token?grant_type=password`, {
      method: "POST",
      headers: { "content-type": "application/json", apikey: stack.keys.publishableKey },
      body: JSON.stringify({ email: "second@example.com", password: PASSWORD }),
    });
    const session = JSON.stringify(await second.json());
    await page.evaluate(`localStorage.setItem("freshet.auth", ${JSON.stringify(session)})`);
    await page.evaluate("dispatchEvent(new Event('online'))");
    await page.getByText("second@example.com").waitFor();
    equal(await page.getByText("first@example.com").count(), 0);
    await card(page, "Last attempts").getByText(/^No attempt yet/).waitFor();

    await page.evaluate(`localStorage.removeItem("freshet.auth")`);
    await page.evaluate("dispatchEvent(new Event('online'))");
    await page.getByText(/^The session is over/).waitFor();
    equal(await page.locator(".card").count(), 0);
  },
);

walk(
  "after a sign-out the next person at the same browser has nothing of the one before: not shown, kept or cached",
  async (visit) => {
    const { page } = visit;
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/analytics/")) asked.push(request.url());
    });
    await enter(page, "Organisation's admin");
    await page.goto(`${product().stack.origin}/training/admin?days=90&to=2013-05-31`);
    await page.locator("section[aria-busy=true]").first().waitFor({ state: "hidden" });
    await card(page, "Recent attempts").locator("tbody tr").first().waitFor();
    const people = await rowsOf("/training/people?limit=999", "org_admin");
    const token = String(await page.evaluate("JSON.parse(sessionStorage.getItem('freshet.session')).token"));
    const words = [
      ...new Set(people.flatMap(({ user_id, name }) => [String(user_id), String(name)])),
      token.split(".")[1] ?? "no token",
    ];
    // Even with the request that the first person's page has sent.
    const headers = { accept: "application/json", apikey: product().stack.keys.publishableKey };
    const sent = { addresses: [...new Set(asked)], headers: { ...headers, authorization: `Bearer ${token}` } };
    ok(words.length > 20 && asked.length > 3, `${words.length} words, ${asked.length} requests`);
    const before = String(await page.evaluate("document.body.innerText"));
    ok(words.some((word) => before.includes(word)), "the page of the first person shows no person");

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await hasNothingOf(page, words, sent);
    await page.getByRole("button", { name: "Member of another organisation" }).click();
    await page.locator("header.bar").waitFor();
    for (const path of ["admin", "kpi", "manager", "trainee"]) {
      await page.goto(`${product().stack.origin}/training/${path}?days=90&to=2013-05-31`);
      await page.locator(".card .source").first().waitFor();
      await page.locator("section[aria-busy=true]").first().waitFor({ state: "hidden" });
      equal(await page.locator(".value, tbody td").count(), 0, path);
      await hasNothingOf(page, words, sent);
    }
  },
);

/** Neither the document, nor the storages, nor what the browser answers without asking the network. */
async function hasNothingOf(page: Page, words: readonly string[], sent: object): Promise<void> {
  const held = String(
    await page.evaluate(`(async ({ addresses, headers }) => {
    const cached = await Promise.all(addresses.map((address) =>
      fetch(address, { cache: "only-if-cached", mode: "same-origin", headers })
        .then((response) => response.text(), () => "")
    ));
    const databases = (await indexedDB.databases()).map(({ name }) => name);
    const stores = await caches.keys();
    const kept = [sessionStorage, localStorage].map((storage) => JSON.stringify({ ...storage }));
    return [document.documentElement.outerHTML, ...kept, ...databases, ...stores, ...cached].join("\\n");
  })(${JSON.stringify(sent)})`),
  );
  deepEqual(words.filter((word) => held.includes(word)), []);
}

async function signIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.goto(product().stack.origin);
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}
