// What the overview and the sessions show is what the API answers; filters, the calendar's keys, exports and print.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { card, cellsOf, figure, open, percent, rowHeads, rowsOf, walk, written } from "./stage.ts";

walk("one click signs the learner in, and the overview shows the API's figures", async ({ page, strange, errors }) => {
  await open(page, "overview");
  const [row] = await rowsOf("/study/dashboard");
  await card(page, "Last 30 days").locator(".value").first().waitFor();
  equal(await figure(page, "Last 7 days", "Answers"), written(row?.["questions_attempted_7d"]));
  equal(await figure(page, "Last 7 days", "Correct"), percent(row?.["accuracy_rate_7d"]));
  equal(await figure(page, "Last 30 days", "Answers"), written(row?.["questions_attempted_30d"]));
  equal(await figure(page, "Last 30 days", "Correct"), percent(row?.["accuracy_rate_30d"]));
  equal(await figure(page, "Streak and mastery", "Mean mastery"), percent(row?.["avg_mastery_score"]));
  equal(await figure(page, "Streak and mastery", "Mastered"), written(row?.["topics_mastered_count"]));

  const gaps = await rowsOf("/study/gaps?limit=10");
  ok(gaps.length === 10 && Number(gaps[0]?.["board_exam_weight"]) > 0, "the demo has no gap with a weight");
  deepEqual(await rowHeads(card(page, "What to learn next")), gaps.map(({ topic_name }) => topic_name));
  await card(page, "What to learn next").getByText(/^Not all 10 of \d+ rows are shown\.$/).waitFor();
  const reviews = await rowsOf("/study/reviews/due?limit=20");
  deepEqual(await rowHeads(card(page, "Reviews due")), reviews.map(({ topic_name }) => topic_name));
  const all = await rowsOf("/study/reviews/due?limit=999");
  ok(all.length > 20, `${all.length} reviews are due`);
  await card(page, "Reviews due").getByText(`20 of ${written(all.length)} questions are shown`).waitFor();
  deepEqual([strange, errors], [[], []]);
});

walk("the calendar is read by its keys and as a table, and its colours follow the measure", async ({ page }) => {
  await open(page, "overview");
  const days = await rowsOf("/study/activity?days=366");
  const calendar = page.getByRole("slider", { name: /^Answers by day/ });
  await calendar.focus();
  await page.keyboard.press("End");
  match(await calendar.getAttribute("aria-valuetext") ?? "", /: no activity$/);
  await page.keyboard.press("ArrowLeft");
  const last = days.at(-1);
  const spoken = await calendar.getAttribute("aria-valuetext") ?? "";
  ok(
    spoken.includes(`: ${written(last?.["questions_attempted"])} answer`) &&
      spoken.includes(`, ${percent(last?.["accuracy_rate"])} correct, `),
    spoken,
  );
  await page.keyboard.press("Escape");
  equal(await calendar.getAttribute("aria-valuetext"), "no value chosen");

  await card(page, "Activity").getByRole("combobox").selectOption("minutes");
  match(page.url(), /\?measure=minutes$/);
  await page.getByRole("slider", { name: /^Minutes by day/ }).waitFor();
  await card(page, "Activity").locator("summary").click();
  deepEqual(
    (await cellsOf(card(page, "Activity").locator("figure"))).map((
      [day, answers, , minutes],
    ) => [day, answers, minutes]),
    days.map((row) => [
      row["stat_date"],
      String(row["questions_attempted"]),
      String(Math.round(Number(row["study_seconds"]) / 60)),
    ]),
  );
});

walk(
  "a link with filters shows the same, and a question's answers are opened and closed by keyboard",
  async ({ page }) => {
    await open(page, "overview?ahead=30&gaps=25");
    const reviews = await rowsOf("/study/reviews/due?limit=20&days_ahead=30");
    deepEqual(await rowHeads(card(page, "Reviews due")), reviews.map(({ topic_name }) => topic_name));
    equal((await rowHeads(card(page, "What to learn next"))).length, 25);
    const question = String(reviews[0]?.["question_id"]);
    await card(page, "Reviews due").locator("tbody button").first().focus();
    await page.keyboard.press("Enter");
    const answers = await rowsOf(`/study/questions/history?question_id=${question}&limit=20`);
    const history = card(page, `Answers to question ${question.slice(0, 8)}`);
    deepEqual(
      (await cellsOf(history)).map(([, result, , , hint, quality]) => [result, hint, quality]),
      answers.map((row) => [
        row["is_correct"] === true ? "correct" : "wrong",
        row["is_hint_used"] === true ? "used" : "no",
        String(row["quality"]),
      ]),
    );
    equal(new URL(page.url()).searchParams.get("question"), question);
    await history.getByRole("button", { name: "Close" }).press("Enter");
    await history.waitFor({ state: "hidden" });
  },
);

walk("the sessions of the period are the API's, and an export has all of them", async ({ page, strange }) => {
  await open(page, "sessions?days=90");
  const all = await rowsOf("/study/sessions?days=90&limit=999");
  ok(all.length > 20, `${all.length} sessions`);
  const sessions = card(page, "Sessions");
  deepEqual(
    (await cellsOf(sessions)).map(([, began, , answers, correct]) => [began, answers, correct]),
    all.slice(0, 20).map((row) => [
      String(row["started_at"]).slice(11, 16),
      String(row["questions_attempted"]),
      String(row["questions_correct"]),
    ]),
  );
  await sessions.getByText(`20 of ${all.length} sessions are shown`).waitFor();
  await sessions.getByRole("button", { name: /^Export all/ }).click();
  const link = sessions.getByRole("link", { name: /^Download/ });
  await link.waitFor();
  match(await link.innerText(), new RegExp(`^Download ${all.length} rows`));
  const file = await (await fetch(await link.getAttribute("href") ?? "")).text();
  equal(file.trim().split("\r\n").length, all.length + 1);
  deepEqual(strange, []);
});

walk("print shows the figures with the filters, and no controls", async ({ page }) => {
  await open(page, "overview?measure=events&ahead=7");
  await page.emulateMedia({ media: "print" });
  equal(await page.evaluate("getComputedStyle(document.querySelector('header')).display"), "none");
  equal(
    await page.locator(".print-only").innerText(),
    "Calendar: events. Reviews due within 7 days. The 10 largest gaps.",
  );
  equal(
    await page.evaluate(
      "[...document.querySelectorAll('button')].every((b) => b.offsetParent === null)",
    ),
    true,
  );
});
