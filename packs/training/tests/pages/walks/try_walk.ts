// The playground: what it offers, the form, the answer, the code.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createFreshet } from "../../../../../shared/client/mod.ts";
import type { Page } from "../../../../../tests/support/rigs/browser.ts";
import { enter, product, rowsOf, walk } from "./stage.ts";

async function open(page: Page, title: string, query = ""): Promise<void> {
  await enter(page, title);
  await page.goto(`${product().stack.origin}/try${query}`);
  await page.locator(".try-list a").first().waitFor();
}

async function send(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator(".card[aria-busy=false] .try-status").waitFor();
  return await page.locator(".try-status").innerText();
}

const offered = async (page: Page) => await page.locator(".try-list code").allInnerTexts();

walk(
  "the playground offers each person what the API answers to that person, and finds it by words",
  async ({ page }) => {
    await open(page, "Manager");
    const of_manager = await offered(page);
    await page.getByLabel("Search the resources").fill("people figures");
    await page.locator(".try-list li:nth-child(2)").waitFor({ state: "hidden" });
    deepEqual(await offered(page), ["training/people/figures"]);
    match(page.url(), /\?search=people\+figures$/);
    await page.getByRole("button", { name: "Sign out" }).click();
    await open(page, "Administrator of the platform");
    const of_admin = await offered(page);
    for (
      const [name, of_one, of_other] of [
        ["training/me/stats", of_manager, of_admin],
        ["training/org-overview", of_admin, of_manager],
      ] as const
    ) {
      equal(`${of_one.includes(name)} ${of_other.includes(name)}`, "true false", name);
    }
  },
);

walk(
  "an answer has the API's rows, says that they are not all, and has every header a page may read",
  async (visit) => {
    const { page, axe, strange, errors } = visit;
    const question = "training/leaderboard?month=2013-05&limit=3";
    await open(page, "Manager", "?resource=training%2Fleaderboard&p.month=2013-05&p.limit=3");
    equal(await page.getByLabel("month").getAttribute("type"), "month");
    deepEqual(
      await Promise.all(["min", "max", "type"].map((name) => page.getByLabel("limit").getAttribute(name))),
      ["1", "1000", "number"],
    );
    match(await send(page), /^200 in [\d,]+ ms, [\d,]+ bytes\. Not all: 3 of [\d,]+ rows\.$/);
    const rows = await page.getByRole("region", { name: "Rows of the answer" }).locator("tbody tr").allInnerTexts();
    deepEqual(
      rows.map((text) => text.split("\t")),
      (await rowsOf(`/${question}`, "manager")).map((row) => Object.values(row).map(String)),
    );
    const headers = await page.getByRole("region", { name: "Headers of the answer" }).innerText();
    for (const name of ["etag", "age", "cache-status", "last-modified", "ratelimit", "x-request-id"]) {
      match(headers, new RegExp(`^${name}\t`, "m"));
    }
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      deepEqual(await axe(), [], colorScheme);
    }
    await page.setViewportSize({ width: 360, height: 800 });
    equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    deepEqual([strange, errors], [[], []]);
  },
);

walk(
  "a refused parameter is marked with the API's reason and has the focus, by keyboard alone",
  async ({ page, axe }) => {
    await open(page, "Manager");
    await page.getByLabel("Search the resources").fill("leaderboard");
    await page.locator(".try-list li:nth-child(2)").waitFor({ state: "hidden" });
    await page.locator(".try-list a").focus();
    await page.keyboard.press("Enter");
    await page.locator("#try-question").waitFor();
    await page.locator("#try-question:focus").waitFor();
    await page.getByLabel("limit").fill("0");
    await page.getByLabel("limit").press("Enter");
    await page.getByRole("alert").waitFor();
    match(await page.getByRole("alert").innerText(), /^BAD_REQUEST /);
    const limit = page.getByLabel("limit");
    equal(await limit.getAttribute("aria-invalid"), "true");
    equal(await page.evaluate("document.activeElement.id"), "parameter-limit");
    const [problem = ""] = (await limit.getAttribute("aria-describedby") ?? "").split(" ");
    equal(await page.locator(`#${problem}`).innerText(), "must be a whole number from 1 to 1000");
    deepEqual(await axe(), []);
    await limit.fill("1");
    await limit.press("Enter");
    await page.getByRole("alert").waitFor({ state: "hidden" });
    match(await page.locator(".try-status").innerText(), /^200 /);
  },
);

walk(
  "the curl and the client's call give the same rows, and no token is on the page or in its address",
  async ({ page }) => {
    const { stack } = product();
    const token = stack.tokens["trainee"] ?? "";
    await open(page, "Trainee", "?resource=training%2Fme%2Fattempts&p.limit=2&p.total=true");
    await send(page);
    await page.evaluate(
      "navigator.clipboard.writeText = (text) => { globalThis.copied = text; return Promise.resolve(); }",
    );
    async function copied(title: string): Promise<string> {
      await page.getByRole("button", { name: new RegExp(`^Copy\\s*: ${title}$`) }).click();
      return String(await page.evaluate("globalThis.copied"));
    }
    const expected = await rowsOf("/training/me/attempts?limit=2&total=true");
    const curl = await copied("curl");
    const ran = await new Deno.Command("bash", { args: ["-c", `${curl} --silent`], env: { TOKEN: token } }).output();
    deepEqual(JSON.parse(new TextDecoder().decode(ran.stdout)).data, expected);

    const call = await copied("The client");
    match(call, /freshet\.training\.meAttempts\(\{ limit: 2, total: true \}\);$/);
    const body = `return (async () => {${call.replace(/^import .*$/m, "")}\nreturn data;})()`;
    deepEqual(await new Function("createFreshet", "token", body)(createFreshet, token), expected);

    const kept = await page.evaluate("JSON.parse(sessionStorage.getItem('freshet.session')).token");
    const [header, claims, signature] = String(kept).split(".");
    const seen = `${await page.evaluate("document.documentElement.outerHTML")} ${page.url()} ${curl} ${call}`;
    for (const part of [header, claims, signature]) ok(part !== undefined && part !== "" && !seen.includes(part));
  },
);

walk("a CSV file, a person's refusal and an outage each look like what they are", async ({ page }) => {
  await open(page, "Trainee", "?resource=training%2Fme%2Fattempts&p.format=csv&p.limit=2");
  match(await send(page), /^200 /);
  match(await page.getByRole("region", { name: "The answer as text" }).innerText(), /^attempt_id,/);
  await page.goto(`${product().stack.origin}/try?resource=training%2Forg-overview`);
  await page.getByText("There is no resource training/org-overview that this person may ask.").waitFor();
  await page.goto(`${product().stack.origin}/try?resource=training%2Fme%2Fattempts`);
  await page.getByRole("button", { name: "Send" }).waitFor();
  await page.route(/\/analytics\//, (route) => route.abort());
  match(await send(page), /^No answer in /);
  match(await page.getByRole("alert").innerText(), /^UNREACHABLE /);
  await page.reload();
  await page.getByText(/^The API does not answer/).waitFor();
  await page.unroute(/\/analytics\//);
  await page.getByRole("button", { name: "Try now" }).click();
  await page.getByRole("button", { name: "Send" }).waitFor();
});
