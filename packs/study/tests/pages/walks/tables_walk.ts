// What holds for the tables of each of the learner's pages.
import { deepEqual, equal } from "node:assert/strict";
import { open, PAGES, walk } from "./stage.ts";

for (const name of PAGES) {
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
