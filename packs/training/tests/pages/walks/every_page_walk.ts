// What holds for every page, of each person to whom it is offered.
import { deepEqual, equal, ok } from "node:assert/strict";
import { enter, product, walk } from "./stage.ts";

/** Whom one click signs in, with the least number of pages that each is offered. */
const PEOPLE = { "Organisation's admin": 3, "Manager": 2, "Trainee": 1, "Administrator of the platform": 2 };

walk("the sign-in has no fault that axe knows, light and dark", async ({ page, axe }) => {
  await page.goto(product().stack.origin);
  await page.getByRole("button", { name: "Trainee" }).waitFor();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    deepEqual(await axe(), [], colorScheme);
  }
});

for (const [title, least] of Object.entries(PEOPLE)) {
  walk(
    `every page of a pack, for the person "${title}" passes axe, light and dark, with rows and in an outage, and fits a telephone`,
    async ({ page, axe, strange, errors }) => {
      const { sql, stack } = product();
      await enter(page, title);
      const all = await Promise.all(
        Array.from(
          { length: await page.locator("header nav a").count() },
          (_, index) => page.locator(`header nav li:nth-child(${index + 1}) a`).getAttribute("href"),
        ),
      );
      // Those of packs: what the product itself offers has walks of its own.
      const paths = all.filter((path) => /^\/[^/]+\/[^/]+$/.test(path ?? ""));
      ok(paths.length >= least, `${paths}`);
      const [org] = await sql`select m.org_id from public.org_members as m where m.user_id = 'demo-manager'`;
      for (const path of paths) {
        const where = `${title}, ${path}`;
        await page.goto(`${stack.origin}${path}?days=90&to=2013-05-31&org=${org?.["org_id"]}`);
        await page.locator(".card .source").first().waitFor();
        await page.locator("section[aria-busy=true]").first().waitFor({ state: "hidden" });
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          deepEqual(await axe(), [], `${where}, ${colorScheme}`);
        }
        await page.setViewportSize({ width: 360, height: 800 });
        equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, `${where} scrolls`);
        await page.setViewportSize({ width: 1280, height: 900 });
        await page.route(/\/analytics\//, (route) => route.abort());
        await page.evaluate("dispatchEvent(new Event('online'))");
        await page.getByText(/The API does not answer/).first().waitFor();
        deepEqual(await axe(), [], `${where}, in an outage`);
        await page.unroute(/\/analytics\//);
      }
      deepEqual([strange, errors], [[], []]);
    },
  );
}
