// The page of a challenge: its figures are the API's, and what PostgreSQL computes from the submissions themselves.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { demoUsers } from "../../../../stack/demo_users.ts";
import {
  card,
  enter,
  numbersOf,
  product,
  rowHeads,
  rowsFor,
  walk,
  written,
} from "../../../../tests/support/rigs/pages_stage.ts";

/** As JSON has a number of SQL, which keeps zeros at its end. */
const plain = (value: unknown) => value === null ? "none" : String(Number(value));

walk(
  "a member finds the own agent's place in each lane, its weeks and its weak lanes, as the submissions say",
  async ({ page, axe, strange, errors }) => {
    const { sql, stack } = product();
    const [own] = await sql`
      select a.id, a.name, s.challenge_id, c.title
      from public.agents as a
      join public.submissions as s on s.agent_id = a.id
      join public.challenges as c on c.id = s.challenge_id
      where a.owner_id = ${demoUsers.member}
      group by a.id, a.name, s.challenge_id, c.title
      order by count(*) desc
      limit 1`;
    await enter(page, "Member");
    await page.getByRole("link", { name: "Arena" }).click();
    await page.getByRole("heading", { name: String(own?.["title"]), exact: true }).waitFor();

    const lanes = await sql`
      with lane as (
          select s.agent_id, l.key as lane, l.value::numeric as score
          from public.submissions as s
          cross join lateral jsonb_each_text(s.final_lane_scores) as l
          where s.status = 'scored' and s.challenge_id = ${own?.["challenge_id"]}
      )
      select
          l.lane, percentile_cont(0.1) within group (order by l.score) as p10,
          percentile_cont(0.5) within group (order by l.score) as p50,
          percentile_cont(0.9) within group (order by l.score) as p90, count(*) as n,
          -- An average of one score is none.
          case when count(*) filter (where l.agent_id = ${own?.["id"]}) >= 2
              then round(avg(l.score) filter (where l.agent_id = ${own?.["id"]}), 3) end as own
      from lane as l
      group by l.lane
      having count(*) >= 5
      order by l.lane collate "C"`;
    const distribution = card(page, "Scores by lane");
    await distribution.getByText(`${own?.["name"]}, on average`).waitFor();
    const shown = await numbersOf(distribution.locator("figure"));
    deepEqual(
      shown.map((cells) => [0, 1, 3, 5, 9, 10].map((at) => cells[at])),
      lanes.map((row) => [row["lane"], ...["p10", "p50", "p90", "n", "own"].map((name) => plain(row[name]))]),
    );
    ok(lanes.some((row) => row["own"] !== null) && lanes.some((row) => row["own"] === null), "own and other lanes");

    const chart = page.getByRole("slider", { name: /^Scores by lane/ });
    await chart.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    const spoken = await chart.getAttribute("aria-valuetext") ?? "";
    match(spoken, new RegExp(`^${lanes[1]?.["lane"]}: median ${written(lanes[1]?.["p50"])}, `));
    await page.keyboard.press("Home");
    match(
      await chart.getAttribute("aria-valuetext") ?? "",
      new RegExp(`${own?.["name"]}: ${written(lanes[0]?.["own"])}, (?:in the|below|from)`),
    );

    const weeks = await sql`
      select to_char(date_trunc('week', s.created_at, 'UTC') at time zone 'UTC', 'YYYY-MM-DD') as week,
          round(avg(s.composite_score), 3) as average, count(*) as n
      from public.submissions as s
      where s.agent_id = ${own?.["id"]} and s.challenge_id = ${own?.["challenge_id"]} and s.status = 'scored'
      group by 1
      order by 1 desc
      limit 12`;
    const progress = card(page, "Progress by week");
    const by_week = await numbersOf(progress.locator("figure"));
    deepEqual(
      by_week.filter(([, average]) => average !== "none").map((cells) => [cells[0], cells[1], cells[5]]),
      weeks.toReversed().map((row) => [row["week"], plain(row["average"]), plain(row["n"])]),
    );
    await page.getByRole("combobox", { name: /^Progress/ }).selectOption("26");
    await progress.getByText(/^Not all/).waitFor({ state: "hidden" });

    const weak = await rowsFor(`/arena/weakness-patterns?agent_id=${own?.["id"]}`, "member");
    deepEqual(await rowHeads(card(page, "Weaknesses")), weak.map(({ lane_key }) => lane_key));
    await page.getByRole("combobox", { name: /^Show/ }).selectOption("all");
    const all = await rowsFor(`/arena/weakness-patterns?agent_id=${own?.["id"]}&category=all`, "member");
    ok(all.length > weak.length, `${all.length} lanes`);
    await card(page, "Weaknesses").locator(`tbody tr:nth-child(${all.length})`).waitFor();
    equal(new URL(page.url()).searchParams.get("lanes"), "all");
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      deepEqual(await axe(), [], colorScheme);
    }

    // Another member's agent: the API refuses its rows, and the page says so.
    const [other] = await sql`select a.id, a.name from public.agents as a where a.owner_id = ${demoUsers.other_tenant}`;
    await page.goto(`${stack.origin}/arena/challenge?agent=${other?.["id"]}&challenge=${own?.["challenge_id"]}`);
    await card(page, "Progress by week").getByText(/^These figures are for other roles/).waitFor();
    await card(page, "Weaknesses").getByText(/^These figures are for other roles/).waitFor();
    equal(await page.getByText(String(other?.["name"])).count(), 0);
    deepEqual([strange, errors], [[], []]);
  },
);

walk(
  "who owns no agent sees the field and the days to a first win, and is told what fills the rest",
  async ({ page, strange, errors }) => {
    const { sql, stack } = product();
    await enter(page, "Trainee");
    await page.goto(`${stack.origin}/arena/challenge`);
    await card(page, "One agent").getByText(/^No agent is yours/).waitFor();
    const wins = await sql`
      select c.title, count(*) as agents, round(avg(w.at - f.at), 1) as days
      from (
          select s.agent_id, s.challenge_id, extract(epoch from min(s.created_at)) / 86400 as at
          from public.submissions as s where s.status = 'scored' group by 1, 2
      ) as f
      join (
          select s.agent_id, s.challenge_id, extract(epoch from min(s.created_at)) / 86400 as at
          from public.bout_results as r
          join public.submissions as s on s.bout_id = r.bout_id and s.agent_id = r.winner_agent_id
          where s.status = 'scored' group by 1, 2
      ) as w using (agent_id, challenge_id)
      join public.challenges as c on c.id = challenge_id
      group by c.id, c.title
      having count(*) >= 5
      order by days, c.id`;
    const table = card(page, "Time to the first win").locator("tbody tr");
    await table.first().waitFor();
    deepEqual(
      (await table.allInnerTexts()).map((text) => text.split("\t").slice(1)),
      wins.map((row) => [written(row["days"]), written(row["agents"])]),
    );
    await table.first().getByRole("button").click();
    await page.getByRole("heading", { name: String(wins[0]?.["title"]), exact: true }).waitFor();
    deepEqual([strange, errors], [[], []]);
  },
);
