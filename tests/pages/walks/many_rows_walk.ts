// A table of many rows: the page is soon there, and whole a moment later.
import { deepEqual, equal, ok } from "node:assert/strict";
import { enter, walk } from "../../support/rigs/pages_stage.ts";

const JOBS = "table:has(caption:text-is('Jobs, those in trouble first'))";

/** Counts the rows that are drawn at the moment at which the page is shown, and again when all are there. */
const COUNT = `new Promise((resolve) => {
  const rows = () => [...document.querySelectorAll("caption")]
    .find((caption) => caption.textContent.startsWith("Jobs,"))?.parentElement.tBodies[0].rows.length ?? 0;
  let at_first = null;
  const observer = new MutationObserver(look);
  observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  function look() {
    if (at_first === null && document.querySelector(".settled .ops") !== null) at_first = rows();
    if (at_first === null || rows() < 1_000) return;
    observer.disconnect();
    resolve(at_first);
  }
  [...document.querySelectorAll("header a")].find((link) => link.textContent === "Console").click();
})`;

walk("of 1,000 jobs the first are drawn with the page, and all of them a moment later", async ({ page, errors }) => {
  await enter(page, "Administrator of the platform");
  await page.route(/\/analytics\/ops\/jobs/, async (route) => {
    const response = await route.fetch();
    const { data, meta } = JSON.parse(await response.text());
    const rows = Array.from({ length: 1_000 }, (_, at) => ({ ...data[at % data.length], job: `job-${at}` }));
    await route.fulfill({ response, body: JSON.stringify({ meta: { ...meta, next_cursor: null }, data: rows }) });
  });
  const at_first = Number(await page.evaluate(COUNT));
  ok(at_first <= 24, `${at_first} rows were drawn before the page was shown`);
  const names = await page.locator(`${JOBS} .row-name`).allInnerTexts();
  equal(new Set(names).size, 1_000);
  deepEqual(errors, []);
});
