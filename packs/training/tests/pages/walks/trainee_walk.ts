// A trainee's page: figures, chart, filters, print, exports.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { card, enterAsTrainee, figure, numbersOf, product, rowsOf, walk, written } from "./stage.ts";

walk("one click signs the trainee in, and the page shows the API's figures", async ({ page, strange, errors }) => {
  await enterAsTrainee(page);
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

walk(
  "a trend without attempts leads to the last ones, and the chart is read by its keys and as a table",
  async ({ page }) => {
    await enterAsTrainee(page);
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

    const cells = await numbersOf(page.locator("figure").first());
    deepEqual(
      cells.map(([day, average]) => [day, average]),
      rows.map(({ active_on, avg_score }) => [active_on, String(avg_score ?? "none")]),
    );
  },
);

walk("filters are in the address, and a link with them shows the same", async ({ page }) => {
  await enterAsTrainee(page);
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

walk("print shows the figures and the filters, and no controls", async ({ page }) => {
  await enterAsTrainee(page);
  await page.emulateMedia({ media: "print" });
  equal(await page.evaluate("getComputedStyle(document.querySelector('header')).display"), "none");
  match(
    await page.locator(".print-only").innerText(),
    /^The trend is of the 30 days up to today; assignments: open\.$/,
  );
});

walk(
  "a demo person's password gives the same person, and the export of a table has all of its rows",
  async ({ page, axe, strange }) => {
    await page.goto(product().stack.origin);
    await page.getByLabel("E-mail").fill("demo-trainee@example.com");
    await page.getByRole("textbox", { name: "Password" }).fill("freshet-demo");
    await page.getByRole("button", { name: "Sign in" }).click();
    const [stats] = await rowsOf("/training/me/stats");
    await card(page, "In all").getByText(`over ${stats?.["scored_count"]} scored attempts`).waitFor();

    await card(page, "Last attempts").getByRole("button", { name: /^Export all/ }).click();
    const link = card(page, "Last attempts").getByRole("link", { name: /^Download/ });
    await link.waitFor();
    const all = await rowsOf("/training/me/attempts?limit=999");
    match(await link.innerText(), new RegExp(`^Download ${all.length} rows`));
    const file = await fetch(await link.getAttribute("href") ?? "");
    const lines = (await file.text()).trim().split("\r\n");
    equal(lines.length, all.length + 1);
    ok(lines[1]?.includes(String(all[0]?.["attempt_id"])), lines[1]);
    deepEqual(await axe(), []);
    deepEqual(strange, []);
  },
);
