// A trainee's and a manager's walks through their pages, in Chromium, on the whole product with the sample.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Locator, openBrowser, type Page, type Visit } from "../../../../tests/support/rigs/browser.ts";
import { asUser, type Product, startProduct } from "../../../../tests/support/rigs/product.ts";

let product: Product;
let browser: Awaited<ReturnType<typeof openBrowser>>;

Deno.test.beforeAll(async () => {
  product = await startProduct({ samples: true, pages: true });
  browser = await openBrowser();
});
Deno.test.afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

/** The answer of the API to the same person. */
async function rowsOf(path: string, as = "trainee"): Promise<Record<string, unknown>[]> {
  const { stack } = product;
  const response = await product.get(path, asUser(stack, stack.tokens[as] ?? ""));
  equal(response.status, 200);
  return (await response.json()).data;
}

const test = (name: string, body: (visit: Visit) => Promise<void>) =>
  Deno.test({
    name,
    fn: () => browser.visit(product.stack.origin, body),
    // The browser's driver keeps its pipe open between the tests.
    sanitizeOps: false,
    sanitizeResources: false,
  });

/** As the pages write a figure for a reader in Britain. */
const written = (value: unknown) => new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 }).format(Number(value));

async function signIn(page: Page): Promise<void> {
  await page.goto(product.stack.origin);
  await page.getByRole("button", { name: "Trainee" }).click();
  await page.getByRole("heading", { name: "My training" }).waitFor();
  await card(page, "In all").locator(".value").first().waitFor();
}

function card(page: Page, title: string): Locator {
  return page.getByRole("region", { name: title, exact: true });
}

/** What a card says of a figure. */
async function figure(page: Page, title: string, name: string): Promise<string> {
  const texts = await card(page, title).locator(".stat").allInnerTexts();
  return texts.map((text) => text.split("\n")).find(([first]) => first === name)?.[1] ?? `no ${name}`;
}

test("one click signs the trainee in, and the page shows the API's figures", async ({ page, strange, errors }) => {
  await signIn(page);
  const [stats] = await rowsOf("/training/me/stats");
  equal(await figure(page, "In all", "Average score"), written(stats?.["avg_score"]));
  equal(await figure(page, "In all", "Attempts"), written(stats?.["attempts_count"]));
  equal(await figure(page, "This week", "Attempts"), written(stats?.["attempts_this_week"]));

  const attempts = await rowsOf("/training/me/attempts?limit=5");
  const rows = card(page, "Last attempts").locator("tbody tr");
  await rows.first().waitFor();
  deepEqual(
    await rows.locator("th").allInnerTexts(),
    attempts.map(({ scenario_title }) => scenario_title),
  );
  const assignments = card(page, "Assignments").locator("li strong");
  await assignments.first().waitFor();
  deepEqual(
    await assignments.allInnerTexts(),
    (await rowsOf("/training/me/assignments")).map(({ title }) => title),
  );
  deepEqual([strange, errors], [[], []]);
});

test("a trend without attempts leads to the last ones, and the chart is read by its keys and as a table", async ({ page }) => {
  await signIn(page);
  await card(page, "Trend").getByRole("button", { name: /^Show the days up to the last attempt/ }).click();
  const to = new URL(page.url()).searchParams.get("to");
  const rows = await rowsOf(`/training/me/score-trend?days=30&to=${to}`);
  const last = rows.at(-1);
  ok(last !== undefined && last["avg_score"] !== null, `no score on ${to}`);

  const chart = page.getByRole("slider", { name: /^Average score by day/ });
  await chart.waitFor();
  await chart.focus();
  await page.keyboard.press("End");
  const spoken = await chart.getAttribute("aria-valuetext") ?? "";
  match(spoken, new RegExp(`: average ${written(last["avg_score"])} over `));
  await page.keyboard.press("Home");
  ok(await chart.getAttribute("aria-valuetext") !== spoken);
  await page.keyboard.press("Escape");
  equal(await chart.getAttribute("aria-valuetext"), "no value chosen");

  const numbers = page.locator("figure").first();
  await numbers.locator("summary").click();
  const table = numbers.locator("tbody tr");
  equal(await table.count(), rows.length);
  const cells = (await table.allInnerTexts()).map((text) => text.split("\t"));
  deepEqual(
    cells.map(([day, average]) => [day, average]),
    rows.map(({ active_on, avg_score }) => [active_on, String(avg_score ?? "none")]),
  );
});

test("filters are in the address, and a link with them shows the same", async ({ page }) => {
  await signIn(page);
  await card(page, "Assignments").getByRole("combobox").selectOption("all");
  await page.getByLabel("Period").selectOption("90");
  const address = page.url();
  match(address, /\?status=all&days=90$/);
  const expected = (await rowsOf("/training/me/assignments?status=all")).length;
  await page.goto(address.replace("?", "training/trainee?"));
  const items = card(page, "Assignments").locator("li");
  await items.first().waitFor();
  equal(await items.count(), expected);
  equal(await page.getByLabel("Period").locator("option:checked").innerText(), "90 days");
});

test("axe finds nothing on sign-in and page, light and dark, on a telephone and on a desk", async ({ page, axe }) => {
  await page.goto(product.stack.origin);
  await page.getByRole("button", { name: "Trainee" }).waitFor();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    deepEqual(await axe(), [], `sign-in, ${colorScheme}`);
  }
  await signIn(page);
  await card(page, "Trend").getByRole("button").click();
  await page.locator("figure").first().waitFor();
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [360, 1280]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      deepEqual(await axe(), [], `${colorScheme}, ${width} px`);
      equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, `scrolls at ${width} px`);
    }
  }
});

test("an outage leaves the last known figures and says so; without a network, too", async ({ page, setOffline }) => {
  await signIn(page);
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

test("a session that is over leads back to the sign-in, and no figure stays", async ({ page }) => {
  await signIn(page);
  await page.evaluate(`(() => {
    const kept = JSON.parse(sessionStorage.getItem("freshet.session"));
    // Its signature is of other claims.
    const claims = btoa(JSON.stringify({ sub: "x", exp: 4102444800, role: "authenticated" })).replaceAll("=", "");
    kept.token = kept.token.split(".").toSpliced(1, 1, claims).join(".");
    sessionStorage.setItem("freshet.session", JSON.stringify(kept));
  })()`);
  await page.goto(`${product.stack.origin}/training/trainee`);
  await page.getByText(/^The session is over/).waitFor();
  equal(await page.locator(".value").count(), 0);
  await signIn(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  equal(await page.evaluate("sessionStorage.length + localStorage.length <= 1"), true);
});

test("a person without a part in an organisation is offered no page, and sees no figure at its address", async ({ page }) => {
  await page.goto(`${product.stack.origin}/training/trainee`);
  await page.getByRole("button", { name: "Member of another organisation" }).click();
  await card(page, "In all").locator(".state").waitFor();
  equal(await page.locator(".value").count(), 0);
  equal(await page.getByRole("link", { name: "My training" }).count(), 0);
});

test("the page is used by keyboard alone: the skip link comes first, and every control has a visible focus", async ({ page }) => {
  await page.goto(product.stack.origin);
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
});

test("print shows the figures and the filters, and no controls", async ({ page }) => {
  await signIn(page);
  await page.emulateMedia({ media: "print" });
  equal(await page.evaluate("getComputedStyle(document.querySelector('header')).display"), "none");
  match(
    await page.locator(".print-only").innerText(),
    /^The trend is of the 30 days up to today; assignments: open\.$/,
  );
});

test("a manager sees the team's figures, the month's best, assignments, people, and one person's attempts", async ({ page, axe, strange, errors }) => {
  await page.goto(product.stack.origin);
  await page.getByRole("button", { name: "Manager" }).click();
  await page.getByRole("heading", { name: "Demo team (made up)" }).waitFor();
  await page.getByLabel("up to").fill("2013-05-31");
  const [team] = await rowsOf("/training/team-overview?days=30&to=2013-05-31", "manager");
  await page.getByText(/^Best scores of 2013-05$/).waitFor();
  await card(page, "Team").getByText(`over ${team?.["scored_count"]} scored attempts`).waitFor();
  equal(await figure(page, "Team", "Average score"), written(team?.["avg_score"]));
  equal(await figure(page, "Team", "Rank"), written(team?.["team_rank"]));

  const leaders = card(page, "Best scores of 2013-05").locator("tbody tr");
  await leaders.first().waitFor();
  deepEqual(
    await leaders.locator("th").allInnerTexts(),
    (await rowsOf("/training/leaderboard?month=2013-05", "manager")).map(({ name, user_id }) => name ?? user_id),
  );
  const tasks = card(page, "Assignments").locator("li");
  await tasks.first().waitFor();
  equal(await tasks.count(), (await rowsOf("/training/tasks", "manager")).length);

  const people = card(page, "People").locator("tbody tr");
  await people.first().waitFor();
  equal(await people.count(), 12);
  await people.first().getByRole("button").click();
  const person = new URL(page.url()).searchParams.get("person");
  const attempts = await rowsOf(`/training/people/attempts?limit=10&user_id=${person}`, "manager");
  const rows = page.getByRole("region", { name: /^Last attempts of (?!the team)/ }).locator("tbody tr");
  await rows.first().waitFor();
  deepEqual(await rows.locator("th").allInnerTexts(), attempts.map(({ scenario_title }) => scenario_title));
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    deepEqual(await axe(), [], colorScheme);
  }
  await page.setViewportSize({ width: 360, height: 800 });
  equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
  deepEqual([strange, errors], [[], []]);
});

test("a person signs in with e-mail and password, and a page without rows says what fills it", async ({ page, strange }) => {
  const { origin, keys } = product.stack;
  const [email, password] = ["new@example.com", "a long enough password"] as const;
  const signedUp = await fetch(`${origin}/auth/v1/signup`, {
    method: "POST",
    headers: { "content-type": "application/json", apikey: keys.publishableKey },
    body: JSON.stringify({ email, password }),
  });
  const { user } = await signedUp.json();
  await product.sql`insert into public.users (id, name) values (${user.id}, 'New person')`;
  await product.sql`
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
});
