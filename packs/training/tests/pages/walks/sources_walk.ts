// What the pages show, against what DuckDB computes from the files of the sample: it shares nothing with the product.
import { deepEqual, equal, ok } from "node:assert/strict";
import { withOuladInDuckdb } from "../../../../../tests/support/rigs/duckdb.ts";
import { card, enter, figure, product, rowHeads, walk, written } from "./stage.ts";

/** The demo organisation, and a month of it. */
const MODULE = "(select org_id from attempt where title like 'DDD 2013B%' limit 1)";
const [FROM, TO] = ["2013-05-02", "2013-05-31"];

async function inDuckdb(query: string): Promise<Record<string, string | null>[]> {
  return await withOuladInDuckdb((duckdb) => duckdb.rows(query));
}

function figures(condition: string): string {
  return `
    select count(*)::varchar as attempts, count(score)::varchar as scored,
        thousandths(sum(score)::hugeint, count(score)::hugeint)::varchar as average
    from attempt where org_id = ${MODULE} and ${condition}`;
}

walk("an organisation's page shows what DuckDB computes from the files of the sample", async ({ page }) => {
  const [all] = await inDuckdb(figures("true"));
  const top = await inDuckdb(`
    select title, count(*)::varchar as attempts, thousandths(sum(score)::hugeint, count(*)::hugeint)::varchar as average
    from attempt
    where org_id = ${MODULE} and score is not null and submitted_on between date '${FROM}' and date '${TO}'
    group by scenario_id, title order by count(*) desc, scenario_id limit 5`);
  const [month] = await inDuckdb(figures(`submitted_on between date '${FROM}' and date '${TO}'`));
  ok(top.length > 1 && Number(all?.["attempts"]) > 10_000, "the sample has the module");

  await enter(page, "Organisation's admin");
  await card(page, "Overview").locator(".value").first().waitFor();
  equal(await figure(page, "Overview", "Attempts"), written(all?.["attempts"]));
  equal(await figure(page, "Overview", "Average score"), written(all?.["average"]));
  await page.getByLabel("up to").fill(TO);
  await card(page, "Trend").getByText(`${written(month?.["attempts"])} attempts in the same days.`).waitFor();
  const table = card(page, "Top scenarios");
  await table.getByText(top[0]?.["title"] ?? "").first().waitFor();
  deepEqual((await rowHeads(table)).slice(0, top.length), top.map(({ title }) => title));
  const cells = await table.locator("tbody tr td.figure").allInnerTexts();
  deepEqual(
    cells.slice(0, 2 * top.length),
    top.flatMap(({ attempts, average }) => [written(attempts), written(average)]),
  );
});

walk("a manager's page shows what DuckDB computes from the files of the sample", async ({ page }) => {
  // Who reports to the manager is made up with the demo.
  const people = await product().sql<{ user_id: string }[]>`
    select m.user_id from public.org_members as m where m.manager_id = 'demo-manager'`;
  const members = people.map(({ user_id }) => `'${user_id}'`).join(", ");
  const [team] = await inDuckdb(
    figures(`user_id in (${members}) and submitted_on between date '${FROM}' and date '${TO}'`),
  );
  ok(Number(team?.["scored"]) > 5, "the team has scores in the month");
  await enter(page, "Manager");
  await page.getByLabel("up to").fill(TO);
  await card(page, "Team").getByText(`over ${team?.["scored"]} scored attempts`).waitFor();
  equal(await figure(page, "Team", "Average score"), written(team?.["average"]));
  equal(await figure(page, "Team", "Attempts"), written(team?.["attempts"]));
});

walk("a trainee's page shows what DuckDB computes from the files of the sample", async ({ page }) => {
  const subject = product().stack.tokens["trainee"]?.split(".")[1] ?? "";
  const { sub } = JSON.parse(atob(subject.replaceAll("-", "+").replaceAll("_", "/")));
  const [own] = await inDuckdb(figures(`user_id = '${sub}'`));
  await enter(page, "Trainee");
  await card(page, "In all").locator(".value").first().waitFor();
  equal(await figure(page, "In all", "Attempts"), written(own?.["attempts"]));
  equal(await figure(page, "In all", "Average score"), written(own?.["average"]));
});
