// The page of engagement: its figures are what PostgreSQL computes from the tables of the application.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import {
  card,
  enter,
  figure,
  product,
  rowHeads,
  rowsFor,
  walk,
  written,
} from "../../../../tests/support/rigs/pages_stage.ts";

walk(
  "an administrator reads the seven views, a learner's year and the quizzes of one track, as the tables have them",
  async ({ page, axe, strange, errors }) => {
    const { sql } = product();
    await enter(page, "Administrator of the platform");
    await page.getByRole("link", { name: "Engagement" }).click();
    await card(page, "Summary").locator(".value").first().waitFor();
    const [summary] = await sql`
      select
          (select count(*) from public.learning_sessions) as sessions,
          (select count(*) from public.quiz_attempts as a where a.completed_at is not null) as completed,
          (
              select count(distinct a.user_id)
              from (
                  select s.user_id, s.started_at from public.learning_sessions as s
                  union all select q.user_id, q.started_at from public.quiz_attempts as q
                  union all select r.user_id, r.started_at from public.review_sessions as r
              ) as a
              where (a.started_at at time zone 'UTC')::date > (
                  select max((s.started_at at time zone 'UTC')::date) - 7 from public.learning_sessions as s
              )
          ) as active`;
    equal(await figure(page, "Summary", "Sessions"), written(summary?.["sessions"]));
    equal(await figure(page, "Summary", "Completed quizzes"), written(summary?.["completed"]));
    equal(await figure(page, "Summary", "Active in 7 days"), written(summary?.["active"]));

    const tracks = await sql`
      select t.id, t.title, count(distinct a.user_id) as learners, count(*) filter (where a.is_session) as sessions
      from public.tracks as t
      join (
          select s.track_id, s.user_id, true as is_session from public.learning_sessions as s
          union all select q.track_id, q.user_id, false from public.quiz_attempts as q
      ) as a on a.track_id = t.id
      group by t.id, t.title
      order by learners desc, sessions desc, t.title`;
    const popular = card(page, "Popular tracks");
    await popular.locator("tbody tr").first().waitFor();
    deepEqual(
      (await popular.locator("tbody tr").allInnerTexts()).map((text) => text.split("\t").slice(1, 4)),
      tracks.map((row) => [row["title"], written(row["learners"]), written(row["sessions"])]),
    );

    await popular.locator("tbody button").first().click();
    equal(new URL(page.url()).searchParams.get("track"), tracks[0]?.["id"]);
    const quizzes = await sql`
      select q.quiz_id, count(*) as started,
          round(100.0 * count(q.completed_at) / count(*)) || '%' as completed, round(avg(q.score), 1) as average
      from public.quiz_attempts as q
      where q.track_id = ${tracks[0]?.["id"]}
      group by q.quiz_id
      having count(*) >= 5
      order by count(q.completed_at)::numeric / count(*)`;
    const table = card(page, "Quizzes").locator("tbody");
    await table.locator(`tr:nth-child(${quizzes.length + 1})`).waitFor({ state: "hidden" });
    await table.locator("tr").first().waitFor();
    deepEqual(
      (await table.locator("tr").allInnerTexts()).map((text) =>
        text.split("\t").slice(1, 5).map((cell) => cell.trim())
      ),
      quizzes.map((row) => [
        ...[String(row["quiz_id"]).slice(0, 8), written(row["started"]), row["completed"]],
        written(row["average"]),
      ]),
    );

    const streaks = await rowsFor("/engagement/streak-dropoffs", "admin");
    const chart = page.getByRole("slider", { name: /^Streaks that reach a length/ });
    await chart.focus();
    await page.keyboard.press("Home");
    match(
      await chart.getAttribute("aria-valuetext") ?? "",
      new RegExp(`^1 day in a row: reached by ${written(streaks[0]?.["reached_count"])} streaks`),
    );
    const reviews = await rowsFor("/engagement/review-session-usage?weeks=12", "admin");
    const sum = reviews.reduce((total, row) => total + Number(row["sessions_count"]), 0);
    await card(page, "Reviews by week").getByText(`${written(sum)} reviews in ${reviews.length} weeks.`).waitFor();
    const explanations = await rowsFor("/engagement/explanation-engagement?limit=10", "admin");
    deepEqual(await rowHeads(card(page, "Explanations")), explanations.map(({ question_text }) => question_text));

    const days = card(page, "Active days");
    const newest = await rowsFor("/engagement/active-learning-days?limit=10", "admin");
    await days.locator("tbody button").first().click();
    const learner = String(newest[0]?.["user_id"]);
    equal(new URL(page.url()).searchParams.get("learner"), learner);
    const [year] = await sql`
      select count(distinct (s.started_at at time zone 'UTC')::date)::integer as days
      from public.learning_sessions as s
      where s.user_id = ${learner}
          and extract(year from s.started_at at time zone 'UTC') = ${
      String(newest[0]?.["active_on"]).slice(0, 4)
    }::integer`;
    ok(Number(year?.["days"]) > 1, `${year?.["days"]} days`);
    await days.getByText(new RegExp(`^Learner ${learner}: ${year?.["days"]} active days, `)).waitFor();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      deepEqual(await axe(), [], colorScheme);
    }
    await page.setViewportSize({ width: 360, height: 800 });
    equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    deepEqual([strange, errors], [[], []]);
  },
);

walk("a member is offered no page of engagement, and its address shows no figure", async ({ page, strange }) => {
  await enter(page, "Member");
  equal(await page.getByRole("link", { name: "Engagement" }).count(), 0);
  await page.goto(`${product().stack.origin}/engagement/learning`);
  for (const title of ["Summary", "Active days", "Quizzes"]) {
    await card(page, title).getByText(/^These figures are for other roles/).waitFor();
  }
  equal(await page.locator("td, .value").count(), 0);
  deepEqual(strange, []);
});
