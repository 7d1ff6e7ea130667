// The page of topics: one is chosen by keyboard, its terms are explained, and its days are a chart with keys and a table.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { card, cellsOf, open, percent, rowsOf, walk, written } from "./stage.ts";

walk(
  "a topic chosen by keyboard shows what its mastery is made of, its days and its materials",
  async ({ page, errors }) => {
    await open(page, "topics?days=365");
    const topics = await rowsOf("/study/mastery");
    const chosen = topics.at(-1);
    const name = String(chosen?.["topic_name"]);
    await card(page, "Mastery by topic").locator("tbody tr:last-child button").focus();
    await page.keyboard.press("Enter");
    equal(new URL(page.url()).searchParams.get("topic"), chosen?.["topic_id"]);
    const terms = card(page, `How ${percent(chosen?.["mastery_score"])} comes about: ${name}`);
    await terms.waitFor();
    const texts = await terms.locator(".stat").allInnerTexts();
    deepEqual(
      texts.map((text) => text.split("\n").slice(0, 2)),
      [
        ["First answers", percent(chosen?.["first_attempt_accuracy"])],
        ["All answers", percent(chosen?.["overall_accuracy"])],
        ["Still remembered", percent(chosen?.["retrieval_strength"])],
        ["Materials", percent(chosen?.["material_completion"])],
      ],
    );
    const correct = Math.round(Number(chosen?.["first_attempt_accuracy"]) * Number(chosen?.["questions_count"]));
    ok(texts[0]?.includes(`Of ${chosen?.["questions_count"]} questions, ${correct} were`), texts[0]);

    const days = await rowsOf(`/study/topics/daily?topic_id=${chosen?.["topic_id"]}&limit=999`);
    const by_day = card(page, `By day: ${name}`);
    const chart = by_day.getByRole("slider");
    await chart.waitFor();
    await chart.focus();
    await page.keyboard.press("End");
    match(await chart.getAttribute("aria-valuetext") ?? "", /: no answer$/);
    await by_day.locator("summary").click();
    deepEqual(
      await cellsOf(by_day.locator("figure")),
      days.map((row) => [row["stat_date"], String(row["questions_attempted"]), String(row["questions_correct"])]),
    );
    const answers = days.reduce((sum, row) => sum + Number(row["questions_attempted"]), 0);
    await by_day.getByText(new RegExp(`^${written(answers)} answers in 365 days`)).waitFor();
    const materials = await rowsOf(`/study/materials/progress?topic_id=${chosen?.["topic_id"]}`);
    deepEqual(
      (await cellsOf(card(page, `Materials of ${name}`))).map(([title]) => title),
      materials.map(({ title }) => title),
    );
    deepEqual(errors, []);
  },
);
