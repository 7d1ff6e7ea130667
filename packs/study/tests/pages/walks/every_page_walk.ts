// What holds for each of the learner's pages.
import { deepEqual, equal } from "node:assert/strict";
import { card, open, PAGES, walk } from "./stage.ts";

/** A card of each page with a figure that an outage must not take away. */
const KEPT = { overview: "Activity", topics: "Mastery by topic", sessions: "Sessions" } as const;

for (const name of PAGES) {
  walk(
    `the page ${name} passes axe, light and dark, with rows and in an outage, and fits a telephone`,
    async ({ page, axe, strange, errors, setOffline }) => {
      await open(page, name);
      await page.locator("section[aria-busy=true]").first().waitFor({ state: "hidden" });
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        deepEqual(await axe(), [], colorScheme);
      }
      await page.setViewportSize({ width: 360, height: 800 });
      equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, "the page scrolls aside");
      deepEqual(await axe(), [], "at 360 pixels");
      await page.setViewportSize({ width: 1280, height: 900 });

      const rows = await card(page, KEPT[name]).innerText();
      await page.route(/\/analytics\//, (route) => route.abort());
      await page.evaluate("dispatchEvent(new Event('online'))");
      await card(page, KEPT[name]).getByText(/The API does not answer/).waitFor();
      deepEqual(await axe(), [], "in an outage");
      const figures = (text: string) => text.split("\n").filter((line) => /^\d|\t\d/.test(line));
      deepEqual(figures(await card(page, KEPT[name]).innerText()), figures(rows));
      await setOffline(true);
      await card(page, KEPT[name]).getByText(/This device is offline/).waitFor();
      deepEqual([strange, errors], [[], []]);
    },
  );

  walk(`the page ${name} has an export of every table, and no header when it is embedded`, async ({ page }) => {
    await open(page, `${name}?embed=1`);
    equal(await page.locator("header.bar").count(), 0);
    await page.locator("section[aria-busy=true]").first().waitFor({ state: "hidden" });
    const tables = await page.evaluate(`[...document.querySelectorAll(".card")]
      .filter((one) => one.querySelector("table") !== null && !one.innerText.includes("Export all"))
      .map((one) => one.querySelector("h2").innerText)`);
    deepEqual(tables, []);
  });
}
