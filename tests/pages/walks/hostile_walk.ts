// What nobody means to happen: odd answers, odd names, a click too many.
import { deepEqual, equal, match } from "node:assert/strict";
import type { Page } from "../../support/rigs/browser.ts";
import { card, enter, product, walk } from "../../support/rigs/pages_stage.ts";
import { asUser } from "../../support/rigs/product.ts";

async function open(page: Page): Promise<void> {
  await enter(page, "Administrator of the platform");
  await page.goto(`${product().stack.origin}/ops`);
  await page.locator(".settled .card .source").first().waitFor();
  await page.locator(".card[aria-busy=true]").first().waitFor({ state: "hidden" });
}

const row = (page: Page, name: string) => card(page, "Jobs").locator(`tr:has(.row-name:text-is("${name}"))`);

async function firstJob(): Promise<string> {
  const [job] = await product().sql`select d.job_name as name from analytics.scheduled_jobs as d order by 1 limit 1`;
  return String(job?.["name"]);
}

walk("an answer of another shape takes its own card and no other, until the next answer", async ({ page }) => {
  await open(page);
  const jobs = /\/analytics\/ops\/jobs/;
  const answerWith = (data: unknown) =>
    page.route(jobs, (route) => {
      const meta = { resource: "ops/jobs", row_count: 1, next_cursor: null };
      return route.fulfill({ status: 200, contentType: "application/json", body: JSON.stringify({ data, meta }) });
    });
  for (const [data, said] of [[[{}], /not of the shape/], [null, /The API does not answer/]] as const) {
    await answerWith(data);
    await page.evaluate("dispatchEvent(new Event('online'))");
    await card(page, "Jobs").getByText(said).waitFor();
    equal(await page.locator("section.card").count(), 7);
    equal(await card(page, "Views").locator("tbody tr").count() > 5, true);
    await page.unroute(jobs);
    await page.evaluate("dispatchEvent(new Event('online'))");
    await row(page, await firstJob()).waitFor();
    await card(page, "Jobs").getByText(said).waitFor({ state: "hidden" });
  }
});

walk("what an operator writes is text, whatever it holds, and widens no page", async ({ page, strange, errors }) => {
  const { stack, sql } = product();
  const job = await firstJob();
  const reason = `<img src=x onerror="document.title='run'">\u202Eשלום😈${"w".repeat(440)}`;
  const response = await fetch(`${stack.origin}/functions/v1/analytics/ops/jobs/${job}/mute`, {
    method: "POST",
    headers: { ...asUser(stack, stack.tokens["admin"] ?? ""), "content-type": "application/json" },
    body: JSON.stringify({ until: new Date(Date.now() + 3_600_000).toISOString(), reason }),
  });
  equal(response.status, 200, await response.text());
  try {
    await open(page);
    await row(page, job).getByText(reason.slice(0, 40)).waitFor();
    for (const width of [1280, 360, 320]) {
      await page.setViewportSize({ width, height: 800 });
      equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, `at ${width} pixels`);
    }
    equal(await page.evaluate("document.querySelectorAll('main img').length"), 0);
    equal(await page.evaluate("document.title"), "Console · Freshet");
    deepEqual([strange, errors], [[], []]);
  } finally {
    await sql`update analytics.scheduled_jobs set muted_until = null where job_name = ${job}`;
  }
});

walk(
  "a form that is sent twice in one moment acts once, and the focus stays at the card whose button is gone",
  async ({ page }) => {
    const { sql } = product();
    const name = "clicked-twice";
    await sql`select cron.schedule(${name}, '0 3 * * *', 'select 1')`;
    try {
      await open(page);
      await row(page, name).getByRole("button", { name: /^Adopt/ }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").waitFor();
      await page.evaluate(
        "(() => { for (const _ of [1, 2]) document.querySelector('dialog form').requestSubmit(); })()",
      );
      await page.getByRole("dialog").waitFor({ state: "hidden" });
      await row(page, name).getByRole("button", { name: /^Mute/ }).waitFor();
      match(String(await page.evaluate("document.activeElement.querySelector('h2')?.textContent")), /^Jobs/);
      equal((await sql`select from analytics.operator_actions where subject = ${name}`).length, 1);
    } finally {
      await sql`select cron.unschedule(${name})`;
      await sql`select freshet.withdraw_job(${name})`;
    }
  },
);
