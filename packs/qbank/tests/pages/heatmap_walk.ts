// The page of the question bank: its cells are what PostgreSQL computes from the answers themselves.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { card, cellsOf, enter, product, rowsFor, walk } from "../../../../tests/support/rigs/pages_stage.ts";

walk(
  "an administrator reads both heatmaps by keys, filters them, and finds what the answers say",
  async ({ page, axe, strange, errors }) => {
    const { sql, stack } = product();
    await enter(page, "Administrator of the platform");
    await page.getByRole("link", { name: "Question bank" }).click();
    const matrix = card(page, "By lesion and topic");
    // A cell has at least five answers; the tags of the made-up questions differ from their spelling by case alone.
    const cells = await sql`
      select lower(q.lesion) as lesion, q.topic, w.week::text as week,
          to_char(round(100.0 * count(*) filter (where r.is_correct) / count(*)), 'FM990') || '%' as share
      from public.responses as r
      join public.questions as q on q.id = r.question_id
      cross join lateral (select date_trunc('week', r.answered_at at time zone 'UTC')::date as week) as w
      where w.week > (now() at time zone 'UTC')::date - 84
      group by lower(q.lesion), q.topic, w.week
      having count(*) >= 5
      order by lower(q.lesion) collate "C", q.topic collate "C", w.week`;
    const weeks = [...new Set(cells.map((row) => String(row["week"])))].sort();
    const rows = Map.groupBy(cells, (row) => `${row["lesion"]}\t${row["topic"]}`);
    ok(weeks.length >= 11 && rows.size === 20, `${weeks.length} weeks, ${rows.size} rows`);
    // At the begin of a week some cells have too few answers.
    const shown = (of_one: readonly (typeof cells)[number][]) =>
      weeks.map((week) => of_one.find((row) => row["week"] === week)?.["share"] ?? "–");
    deepEqual(
      await cellsOf(matrix),
      [...rows].map(([heads, of_one]) => [...heads.split("\t"), ...shown(of_one)]),
    );

    const first = matrix.locator("tbody td").first();
    await first.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    // The newest week may have too few answers yet.
    await page.keyboard.press("ArrowLeft");
    const [heads] = [...rows.keys()][1]?.split("\t") ?? [];
    const label = String(await page.evaluate("document.activeElement.getAttribute('aria-label')"));
    match(label, new RegExp(`^${heads}, .+, week from .+: .+ right, [\\d,]+ of [\\d,]+ answers, median`));
    equal(await matrix.locator("output").innerText(), label);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      deepEqual(await axe(), [], colorScheme);
    }

    await page.getByRole("combobox", { name: /^Show/ }).selectOption("answers");
    await page.getByRole("combobox", { name: /^Lesion/ }).selectOption("vsd");
    await page.getByRole("combobox", { name: /^Topic/ }).selectOption("Anatomy");
    const address = new URL(page.url()).searchParams;
    deepEqual(["measure", "lesion", "topic"].map((name) => address.get(name)), ["answers", "vsd", "Anatomy"]);
    const questions = card(page, "By question");
    await questions.getByText(/^2 questions in/).waitFor();
    const counts = await sql`
      select q.stem, count(*)::text as n
      from public.responses as r
      join public.questions as q on q.id = r.question_id
      where q.lesion = 'VSD' and q.topic = 'Anatomy'
          and date_trunc('week', r.answered_at at time zone 'UTC')::date > (now() at time zone 'UTC')::date - 84
      group by q.stem, date_trunc('week', r.answered_at at time zone 'UTC')
      having count(*) >= 5
      order by q.stem, date_trunc('week', r.answered_at at time zone 'UTC')`;
    deepEqual(
      (await cellsOf(questions)).map(([stem, ...shown]) => [stem, shown.filter((cell) => cell !== "–")]),
      [...Map.groupBy(counts, (row) => row["stem"])].map(([stem, of_one]) => [stem, of_one.map((row) => row["n"])]),
    );

    await questions.getByRole("button", { name: /^Export all/ }).click();
    const link = questions.getByRole("link", { name: /^Download/ });
    await link.waitFor();
    const all = await rowsFor("/qbank/heatmap?lesion=vsd&topic=Anatomy&limit=999", "admin");
    ok(all.length >= counts.length, `${all.length} rows`);
    match(await link.innerText(), new RegExp(`^Download ${counts.length} rows`));

    await page.goto(`${stack.origin}/qbank/heatmap?to=2001-01-01`);
    await matrix.getByText(/^Nobody has answered such a question/).waitFor();
    await matrix.getByRole("button", { name: /^Show all weeks/ }).click();
    await matrix.locator("tbody td").first().waitFor();
    deepEqual([strange, errors], [[], []]);
  },
);

walk("a member is offered no question bank, and its address shows no figure", async ({ page, strange }) => {
  await enter(page, "Member");
  equal(await page.getByRole("link", { name: "Question bank" }).count(), 0);
  await page.goto(`${product().stack.origin}/qbank/heatmap`);
  await card(page, "By lesion and topic").getByText(/^These figures are for other roles/).waitFor();
  await card(page, "By question").getByText(/^These figures are for other roles/).waitFor();
  equal(await page.locator("td").count(), 0);
  deepEqual(strange, []);
});
