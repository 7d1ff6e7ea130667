// Whose figures a page shows: nobody else's, and of another person only if the API allows it.
import { deepEqual, equal, match } from "node:assert/strict";
import { demoUsers } from "../../../../../stack/demo_users.ts";
import { pause } from "../../../../../stack/pause.ts";
import { card, enter, figure, LEARNER, open, PAGES, product, rowHeads, rowsOf, walk, written } from "./stage.ts";

walk(
  "another learner's figures are never on a page, neither by address nor left over from a session",
  async ({ page }) => {
    await open(page, "topics");
    const own = await rowHeads(card(page, "Mastery by topic"));
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await open(page, "topics", "Member");
    const of_member = await rowHeads(card(page, "Mastery by topic"));
    const names = (await rowsOf("/study/mastery", "member")).map(({ topic_name }) => String(topic_name));
    deepEqual(of_member.map((text) => text.replace(/:.*/s, "").trim()), names);
    equal(own.some((text) => names.some((name) => text.startsWith(name))), false);
    for (const name of PAGES) {
      await page.goto(`${product().stack.origin}/study/${name}?person=${LEARNER}`);
      await page.locator(".state.refused").first().waitFor();
      await page.locator("section[aria-busy=true]").first().waitFor({ state: "hidden" });
      equal(await page.locator(".value, tbody tr, figure").count(), 0, name);
      match(await page.locator(".state.refused").first().innerText(), /^These figures are for other roles/);
    }
  },
);

walk(
  "a person whom the project lets read a learner sees that learner's figures, under their name",
  async ({ page }) => {
    const { sql } = product();
    const [before] = await sql`
    select pg_get_functiondef('freshet.scope_study_people_of_caller(text)'::regprocedure) as text`;
    await sql.unsafe(`
    create or replace function freshet.scope_study_people_of_caller(subject text) returns setof text
    language sql stable set search_path = pg_catalog, pg_temp
    as $$ select '${LEARNER}' where subject = '${demoUsers.member}' $$`);
    try {
      await open(page, `overview?person=${LEARNER}`, "Member");
      await page.getByRole("heading", { name: `Study of ${LEARNER}`, exact: true }).waitFor();
      const [row] = await rowsOf("/study/dashboard");
      await card(page, "Last 30 days").locator(".value").first().waitFor();
      equal(await figure(page, "Last 30 days", "Answers"), written(row?.["questions_attempted_30d"]));
      await page.getByRole("button", { name: "Show my own" }).click();
      await page.getByRole("heading", { name: "My study", exact: true }).waitFor();
      const [own] = await rowsOf("/study/dashboard", "member");
      await card(page, "Last 30 days").getByText(`on ${own?.["active_days_30d"]} active days`).waitFor();
    } finally {
      await sql.unsafe(String(before?.["text"]));
    }
  },
);

walk(
  "a person without answers reads what fills each card; with three, that they are too few",
  async ({ page, axe }) => {
    await enter(page, "Member of another organisation");
    for (const name of PAGES) {
      await page.goto(`${product().stack.origin}/study/${name}`);
      await page.locator(".state.empty").first().waitFor();
      await page.locator("section[aria-busy=true]").first().waitFor({ state: "hidden" });
      equal(await page.locator(".card").count(), await page.locator(".state.empty").count(), name);
      deepEqual(await axe(), [], name);
    }
    const { sql } = product();
    await sql`
    insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, attempted_at)
    select gen_random_uuid(), ${demoUsers.other_tenant}, gen_random_uuid(), t.id, true, now()
    from (select id from public.topics order by id limit 1) as t cross join generate_series(1, 3)`;
    await sql`call analytics.update_topic_mastery()`;
    await pause(3_000); // until every isolate has seen it
    await page.goto(`${product().stack.origin}/study/overview`);
    await card(page, "First answers").getByText("3 questions answered so far: the share begins at 5.").waitFor();
  },
);
