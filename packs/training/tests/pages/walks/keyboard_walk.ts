// Without a pointer: from the sign-in to the sign-out by Tab, Enter and the arrow keys alone.
import { deepEqual, equal, match } from "node:assert/strict";
import type { Page } from "../../../../../tests/support/rigs/browser.ts";
import { card, product, rowsOf, walk, written } from "./stage.ts";

walk(
  "a person signs in, opens a page, changes a filter, reads a chart, its numbers and an export, and signs out by keys alone",
  async ({ page, strange, errors }) => {
    await page.goto(product().stack.origin);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await tabTo(page, "button", "Organisation's admin");
    await page.keyboard.press("Enter");
    await page.locator("header.bar").waitFor();
    await tabTo(page, "nav a", "Organisation");
    await page.keyboard.press("Enter");
    await card(page, "Overview").locator(".value").first().waitFor();
    equal(new URL(page.url()).pathname, "/training/admin");

    await tabTo(page, "main button", "Show the days up to");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /Show the days up to/ }).waitFor({ state: "hidden" });
    const to = new URL(page.url()).searchParams.get("to");
    await page.evaluate("document.activeElement.blur()");
    await tabTo(page, "main .filters select");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    equal(new URL(page.url()).searchParams.get("days"), "90");
    const trend = await rowsOf(`/training/attempt-trend?days=90&to=${to}`, "org_admin");
    await card(page, "Trend").getByText(/in the 90 days up to/).first().waitFor();

    await tabTo(page, "[role=slider]", "", "Average score by day");
    // To the last day that has a score.
    const back = trend.toReversed().findIndex((row) => row["avg_score"] !== null);
    await page.keyboard.press("End");
    for (let step = 0; step < back; step++) await page.keyboard.press("ArrowLeft");
    const read = String(await page.evaluate("document.activeElement.getAttribute('aria-valuetext')"));
    const row = trend.at(-1 - back);
    match(
      read,
      new RegExp(`: average ${written(row?.["avg_score"])} over .*, ${written(row?.["attempts_count"])} attempts?$`),
    );

    await tabTo(page, "figure summary");
    await page.keyboard.press("Enter");
    const numbers = card(page, "Trend").locator("details[open] tbody tr");
    await numbers.first().waitFor();
    equal(await numbers.count(), trend.length);

    await tabTo(page, "button", "Export all");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: /^Download [\d,]+ rows?/ }).waitFor();
    await tabTo(page, "a[download]");
    await tabTo(page, "button", "Sign out", "", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    equal(await page.locator(".card").count(), 0);
    deepEqual([strange, errors], [[], []]);
  },
);

/**
 * Goes on by Tab until the focus is on such an element, and sees that every stop on the way has a visible focus.
 *
 * @param text what the element's text holds
 * @param name what its name for a screen reader begins with
 */
async function tabTo(page: Page, selector: string, text = "", name = "", key = "Tab"): Promise<void> {
  const stops: string[] = [];
  for (let step = 0; step < 200; step++) {
    await page.keyboard.press(key);
    const [is_it, is_seen, what] = await page.evaluate(`((one) => {
      const named = one.getAttribute("aria-label") ??
        document.getElementById(one.getAttribute("aria-labelledby"))?.innerText ?? "";
      return [
        one.matches(${JSON.stringify(selector)}) && one.textContent.includes(${JSON.stringify(text)}) &&
          named.startsWith(${JSON.stringify(name)}),
        one === document.body || getComputedStyle(one).outlineStyle !== "none",
        one.outerHTML.slice(0, 100),
      ];
    })(document.activeElement)`) as [boolean, boolean, string];
    equal(is_seen, true, `${what} has no visible focus`);
    if (is_it) return;
    stops.push(what);
  }
  throw new Error(`Tab does not reach ${selector} ${text}${name}: ${stops.slice(-5).join(" then ")}`);
}
