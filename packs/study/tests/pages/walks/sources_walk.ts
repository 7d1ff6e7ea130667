// The figures on the pages equal those of queries over what the learner did, which share nothing with the pack's own SQL.
import { deepEqual, equal, ok } from "node:assert/strict";
import { card, cellsOf, figure, LEARNER, open, percent, product, walk, written } from "./stage.ts";

walk("the windows, the streak and the first answers are those of the learner's answers", async ({ page }) => {
  const { sql } = product();
  const [window] = await sql`
    select count(*)::integer as answers, avg(is_correct::integer)::float as correct,
        count(distinct attempted_at::date)::integer as days
    from public.question_attempts
    where user_id = ${LEARNER} and attempted_at >= current_date - 30 and attempted_at < current_date`;
  const [first] = await sql`
    select count(*)::integer as questions, sum(is_correct::integer)::integer as correct
    from (
        select distinct on (question_id) question_id, is_correct from public.question_attempts
        where user_id = ${LEARNER} order by question_id, attempted_at, event_id
    ) as f`;
  const active = await sql<{ day: string }[]>`
    select distinct created_at::date::text as day from public.study_events
    where user_id = ${LEARNER} and created_at < current_date order by day desc`;
  const [today] = await sql`select current_date::text as day`;
  const streak = active.findIndex(({ day }, place) =>
    Date.parse(day) !== Date.parse(String(today?.["day"])) - (place + 1) * 86_400_000
  );
  ok(streak > 1 && first?.["questions"] > 50 && window?.["answers"] > 50, "the learner did too little");

  await open(page, "overview");
  await card(page, "Last 30 days").locator(".value").first().waitFor();
  equal(await figure(page, "Last 30 days", "Answers"), written(window?.["answers"]));
  equal(await figure(page, "Last 30 days", "Correct"), percent(window?.["correct"]));
  await card(page, "Last 30 days").getByText(`on ${window?.["days"]} active days`).waitFor();
  equal(await figure(page, "Streak and mastery", "Streak"), `${streak} days`);
  await card(page, "First answers").locator(".value").first().waitFor();
  equal(await figure(page, "First answers", "Correct at first"), percent(first?.["correct"] / first?.["questions"]));
  await card(page, "First answers").getByText(`${first?.["correct"]} of ${first?.["questions"]} questions`).waitFor();
});

walk("each term of each topic's mastery is that of the answers and the materials", async ({ page }) => {
  const { sql } = product();
  // No question of the made-up course changes its topic.
  const topics = await sql`
    with answered as (
        select topic_id, is_correct,
            row_number() over (partition by question_id order by attempted_at, event_id) = 1 as is_first
        from public.question_attempts where user_id = ${LEARNER}
    )
    select t.name,
        avg(a.is_correct::integer) filter (where a.is_first)::float as first_share,
        avg(a.is_correct::integer)::float as share,
        (
            select avg(coalesce(i.progress_rate, 0))::float
            from public.study_materials as m
            left join public.material_interactions as i on i.material_id = m.id and i.user_id = ${LEARNER}
            where m.topic_id = t.id
        ) as read,
        count(*)::integer as answers
    from answered as a join public.topics as t on t.id = a.topic_id
    group by t.id, t.name
    order by t.name`;
  equal(topics.length, 7);
  await open(page, "topics");
  const shown = (await cellsOf(card(page, "Mastery by topic")))
    .map(([name = "", mastery = "", , first, all, remembered = "", materials, answers]) => ({
      name: name.replace(/\s*:.*/s, ""),
      mastery: parseInt(mastery),
      remembered: parseInt(remembered),
      others: [first, all, materials, answers],
    }))
    .sort((left, right) => left.name < right.name ? -1 : 1);
  deepEqual(
    shown.map(({ name, others }) => [name, ...others]),
    topics.map(({ name, first_share, share, read, answers }) => [
      name,
      percent(first_share),
      percent(share),
      percent(read),
      String(answers),
    ]),
  );
  for (const [place, { mastery, remembered }] of shown.entries()) {
    const { first_share, share, read } = topics[place] ?? {};
    const sum = 30 * first_share + 20 * share + 0.3 * remembered + 20 * read;
    ok(Math.abs(sum - mastery) < 1, `${mastery} is not the sum of the terms, ${sum}`);
  }
});

walk("materials are those that the learner read, with progress and time", async ({ page }) => {
  const rows = await product().sql`
    select m.title, i.progress_rate::float as progress, i.opens_count::integer as opens
    from public.material_interactions as i join public.study_materials as m on m.id = i.material_id
    where i.user_id = ${LEARNER}
    order by i.last_at desc, i.material_id desc limit 20`;
  ok(rows.length > 10, `${rows.length} materials`);
  await open(page, "sessions");
  deepEqual(
    (await cellsOf(card(page, "Materials"))).map(([title, , progress, , opens]) => [title, progress, opens]),
    rows.map(({ title, progress, opens }) => [title, percent(progress), `${opens} ×`]),
  );
});
