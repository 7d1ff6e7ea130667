// Sessions: signed out, over, of another organisation, with a password; and what an outage leaves.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { card, enterAsTrainee, figure, product, walk } from "./stage.ts";

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
    const { origin, keys } = product().stack;
    const [email, password] = ["new@example.com", "a long enough password"] as const;
    const signedUp = await fetch(`${origin}/auth/v1/signup`, {
      method: "POST",
      headers: { "content-type": "application/json", apikey: keys.publishableKey },
      body: JSON.stringify({ email, password }),
    });
    const { user } = await signedUp.json();
    await product().sql`insert into public.users (id, name) values (${user.id}, 'New person')`;
    await product().sql`
    insert into public.org_members (org_id, user_id, role) select id, ${user.id}, 'trainee' from public.orgs limit 1`;

    await page.goto(origin);
    const password_field = page.getByRole("textbox", { name: "Password" });
    await page.getByLabel("E-mail").fill(email);
    await password_field.fill("a wrong password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    await password_field.fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await card(page, "Last attempts").getByText(/^No attempt yet\. Start one/).waitFor();
    await card(page, "Trend").getByText("No attempt in the 30 days up to today.").waitFor();
    await card(page, "Assignments").getByText(/^Nothing is open/).waitFor();
    // The browser keeps the session: the page is there again without a password.
    await page.reload();
    await page.getByRole("heading", { name: "My training" }).waitFor();
    deepEqual(strange, []);
  },
);
