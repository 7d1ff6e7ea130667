// A manager's page: the team, its people, and what is stale.
import { deepEqual, equal } from "node:assert/strict";
import { pause } from "../../../../../stack/pause.ts";
import { asUser } from "../../../../../tests/support/rigs/product.ts";
import { card, figure, product, rowsOf, walk, written } from "./stage.ts";

walk(
  "a manager sees the team's figures, the month's best, assignments, people, and one person's attempts",
  async ({ page, axe, strange, errors }) => {
    await page.goto(product().stack.origin);
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
  },
);

walk("stale rows are shown with the objective that they miss", async ({ page }) => {
  const [before] = await product().sql`
    select v.stale_after, v.warn_after from analytics.views as v where v.view_name = 'mv_user_activity_day'`;
  const expect = (spans: { stale_after: string; warn_after: string | null }) =>
    product().sql`update analytics.views set ${product().sql(spans)} where view_name = 'mv_user_activity_day'`;
  await expect({ stale_after: "1 second", warn_after: null });
  try {
    // An isolate knows the registry of up to three seconds ago, and a page asks once a minute.
    const { get, stack } = product();
    const manager = asUser(stack, stack.tokens["manager"] ?? "");
    for (let looks = 0; looks < 60; looks++) {
      const response = await get("/training/team-overview?days=30", manager);
      await response.body?.cancel();
      if (response.headers.get("freshet-stale") === "?1") break;
      await pause(500);
    }
    await page.goto(product().stack.origin);
    await page.getByRole("button", { name: "Manager" }).click();
    await card(page, "Team").getByText(/ old; the objective is \d+ (?:s|min|h|d)/).waitFor({ timeout: 15_000 });
  } finally {
    await expect({ stale_after: before?.["stale_after"], warn_after: before?.["warn_after"] });
  }
});
