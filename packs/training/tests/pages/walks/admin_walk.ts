// The pages of administrators: of an organisation, and of the platform.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { card, enter, figure, numbersOf, product, refreshRequested, rowHeads, rowsOf, walk, written } from "./stage.ts";

walk(
  "an organisation's admin sees its figures, the scenarios, the attempts with their filters, and the year",
  async ({ page, strange, errors }) => {
    await enter(page, "Organisation's admin");
    const [overview] = await rowsOf("/training/org-overview", "org_admin");
    await page.getByRole("heading", { name: String(overview?.["name"]), exact: true }).waitFor();
    equal(await figure(page, "Overview", "Attempts"), written(overview?.["total_attempts"]));
    equal(await figure(page, "Overview", "Average score"), written(overview?.["avg_score"]));
    equal(
      await figure(page, "Overview", "Active users this month"),
      written(overview?.["active_users_this_month"]),
    );
    await page.getByRole("button", { name: /Show the days up to/ }).click();
    const to = new URL(page.url()).searchParams.get("to") ?? "";
    equal(to, String(overview?.["last_activity"]).slice(0, 10));
    const from = new Date(Date.parse(to) - 29 * 86_400_000).toISOString().slice(0, 10);

    const top = await rowsOf(`/training/top-scenarios?from=${from}&to=${to}`, "org_admin");
    deepEqual(await rowHeads(card(page, "Top scenarios")), top.map(({ title }) => title));
    const trend = await rowsOf(`/training/attempt-trend?days=30&to=${to}`, "org_admin");
    const attempts = trend.reduce((sum, row) => sum + Number(row["attempts_count"]), 0);
    await card(page, "Trend").getByText(`${written(attempts)} attempts in the same days.`).waitFor();

    const recent = card(page, "Recent attempts");
    const shown = await rowsOf(`/training/attempts?from=${from}&to=${to}&limit=10`, "org_admin");
    deepEqual(await rowHeads(recent), shown.map(({ scenario_title }) => scenario_title));
    const scenario = String(shown[0]?.["scenario_id"]);
    await recent.getByRole("combobox").selectOption(scenario);
    const user = String(shown[0]?.["user_id"]);
    await recent.locator("tbody button").first().click();
    const of_one = await rowsOf(
      `/training/attempts?from=${from}&to=${to}&limit=10&scenario_id=${scenario}&user_id=${user}`,
      "org_admin",
    );
    await recent.getByRole("button", { name: "Everybody" }).waitFor();
    deepEqual(await rowHeads(recent), of_one.map(({ scenario_title }) => scenario_title));
    const address = new URL(page.url()).searchParams;
    deepEqual([address.get("scenario"), address.get("person")], [scenario, user]);

    const year = Number(to.slice(0, 4));
    const days = await rowsOf(`/training/activity-calendar?year=${year}`, "org_admin");
    const active = days.filter((row) => Number(row["attempts_count"]) > 0);
    const calendar = page.getByRole("slider", { name: new RegExp(`^Attempts by day of ${year}`) });
    await calendar.focus();
    await page.keyboard.press("Home");
    match(await calendar.getAttribute("aria-valuetext") ?? "", new RegExp(`^1 Jan ${year}: `));
    const table = card(page, `Activity of ${year}`).locator("figure");
    deepEqual(
      (await numbersOf(table)).map((cells) => cells.slice(0, 2)),
      active.map(({ active_on, attempts_count }) => [active_on, String(attempts_count)]),
    );
    deepEqual([strange, errors], [[], []]);
  },
);

walk(
  "the page of calls opens at the last days with attempts, shows what the API counts, and says when there is nothing",
  async ({ page, strange, errors }) => {
    await enter(page, "Organisation's admin");
    await page.getByRole("link", { name: "Calls" }).click();
    const [overview] = await rowsOf("/training/org-overview", "org_admin");
    const to = String(overview?.["last_activity"]).slice(0, 10);
    const from = new Date(Date.parse(to) - 89 * 86_400_000).toISOString().slice(0, 10);
    const fillers = await rowsOf(`/training/kpi/heatmap?event_type=filler_word&from=${from}&to=${to}`, "org_admin");
    const count = fillers.reduce((sum, row) => sum + Number(row["events_count"]), 0);
    ok(count > 100, `${count} filler words in the last days with attempts`);
    await card(page, "When in the call").getByText(new RegExp(`^${written(count)} events in the first`)).waitFor();
    const address = new URL(page.url()).searchParams;
    deepEqual([address.get("days"), address.get("to")], ["90", to]);
    await page.getByLabel("up to").fill("2012-12-31");
    await card(page, "When in the call").getByText(/^No event "Filler word" with a known moment/).waitFor();
    await page.getByRole("combobox", { name: /^Event/ }).selectOption("question_asked");
    await page.getByLabel("Period").selectOption("90");
    await page.getByLabel("up to").fill("2013-05-31");
    const asked = "event_type=question_asked&from=2013-03-03&to=2013-05-31";

    const minutes = await rowsOf(`/training/kpi/heatmap?${asked}`, "org_admin");
    const events = minutes.reduce((sum, row) => sum + Number(row["events_count"]), 0);
    ok(events > 100, `${events} events`);
    await card(page, "When in the call").getByText(new RegExp(`^${written(events)} events in the first`)).waitFor();
    const weekly = await rowsOf(`/training/kpi/weekly?${asked}`, "org_admin");
    const weeks = card(page, "By week").locator("figure");
    const lines = await numbersOf(weeks);
    deepEqual(
      lines.filter(([, per_attempt]) => per_attempt !== "none").map((
        [week, per_attempt, count],
      ) => [week, per_attempt, count]),
      weekly.map((row) => [row["week_start"], String(row["events_per_attempt"]), String(row["events_count"])]),
    );
    const cohorts = await rowsOf(`/training/kpi/cohorts?${asked}`, "org_admin");
    deepEqual(await rowHeads(card(page, "Cohorts")), cohorts.map(({ label }) => label));
    const people = await card(page, "Cohorts").locator("tbody td:nth-child(2)").allInnerTexts();
    deepEqual(people, cohorts.map(({ users_count }) => written(users_count)));
    deepEqual([strange, errors], [[], []]);
  },
);

walk(
  "an administrator of the platform chooses an organisation, and refreshes a card to the outcome in the ledger",
  async ({ page }) => {
    await enter(page, "Administrator of the platform");
    const all = await rowsOf("/training/org-overview", "admin");
    deepEqual(await rowHeads(card(page, "All organisations")), all.map(({ name }) => name));
    await card(page, "All organisations").locator("tbody button").first().click();
    await page.getByRole("heading", { name: String(all[0]?.["name"]), exact: true }).waitFor();
    equal(await figure(page, "Overview", "Attempts"), written(all[0]?.["total_attempts"]));

    await card(page, "Overview").getByRole("button", { name: /^Refresh/ }).click();
    await card(page, "Overview").getByText(/^The refresh is (?:queued|running)/).waitFor();
    await refreshRequested();
    const outcome = card(page, "Overview").getByText(/^(?:Nothing had changed|Computed again)/);
    await outcome.waitFor({ timeout: 60_000 });
    const [last] = await product().sql`
    select l.outcome from analytics.refresh_log as l where l.view_name = 'mv_org_activity_day'
    order by l.started_at desc limit 1`;
    const said = { refreshed: /^Computed again/, skipped_clean: /^Nothing had changed/ }[String(last?.["outcome"])];
    match(await outcome.innerText(), said ?? /^$/);
  },
);
