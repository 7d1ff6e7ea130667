/**
 * Who may read every row beneath a figure gets the figure however few rows there are, so beside it stands their number:
 * an average of 90 over one score and one over thirty look alike without it.
 */
import assert from "node:assert/strict";
import { fullName, type Resource } from "../../shared/resource/resource.ts";
import { resources } from "../../tools/resources.ts";

/** Names of averages, medians, spreads and rates. */
const FIGURE = /(?:^|_)(?:avg|mean|median|stddev|rate|accuracy)(?:_|$)/;

/** The figures, each with the columns beside it that say how many rows it rests on; pgTAP tests prove the counts. */
const RESTS_ON: Readonly<Record<string, readonly string[]>> = {
  "arena/progress avg_composite_score": ["submission_count"],
  "engagement/streak-dropoffs dropoff_rate": ["reached_count"],
  "study/activity accuracy_rate": ["questions_attempted"],
  "study/dashboard accuracy_rate_30d": ["questions_attempted_30d"],
  "study/dashboard accuracy_rate_7d": ["questions_attempted_7d"],
  "study/dashboard avg_mastery_score": ["topics_started_count"],
  "study/first-attempt-accuracy first_attempt_accuracy": ["questions_count"],
  "study/mastery first_attempt_accuracy": ["questions_count"],
  "study/mastery overall_accuracy": ["attempts_count"],
  "study/topics/daily accuracy_rate": ["questions_attempted"],
  "training/assignments completion_rate": ["assigned_count"],
  "training/attempt-trend avg_score": ["scored_count"],
  "training/kpi/cohorts avg_score": ["scored_users_count"],
  // Only scored attempts are counted.
  "training/leaderboard avg_score": ["attempts"],
  "training/me/score-trend avg_score": ["scored_count"],
  "training/me/stats avg_score": ["scored_count"],
  "training/me/stats avg_score_change": ["scored_count_this_week", "scored_count_week_before"],
  "training/me/stats avg_score_this_week": ["scored_count_this_week"],
  "training/org-overview avg_score": ["scored_count"],
  "training/people/figures avg_score": ["scored_count"],
  "training/people/figures completion_rate": ["assignments_count"],
  // Only scored attempts are counted.
  "training/scenario-insights avg_score": ["attempt_count"],
  "training/scenario-insights median_score": ["attempt_count"],
  "training/scenario-insights score_stddev": ["attempt_count"],
  "training/tasks completion_rate": ["assigned_count"],
  "training/team-overview avg_score": ["scored_count"],
  "training/team-overview completion_rate": ["assignments_count"],
  "training/top-scenarios avg_score": ["attempt_count"],
};

/** Figures without a count beside them, each with the reason. */
const WITHOUT: Readonly<Record<string, string>> = {
  "engagement/summary-stats completion_rate": "over the whole product; quiz-completion-rates counts for each quiz",
  "study/activity avg_time_to_answer_seconds": "questions/history has each answer with its time",
  "study/gaps recent_failure_rate": "a term of the priority, over 14 days that topics/daily counts one by one",
  "study/materials/progress progress_rate": "how far one person has read one document: no sample",
  "study/topics/daily avg_time_to_answer_seconds": "questions/history has each answer with its time",
  "training/leaderboard avg_score_change": "rests on attempts, and on those in the answer for the month before",
  "training/leaderboard avg_talk_percentage": "a measure of the call, over those of attempts that were not silent",
  "training/scenario-insights avg_duration": "seconds, over those of attempt_count that have a duration",
};

/** Whether some caller gets the figure whatever it rests on. */
function isShownOverFew({ minimum_sample }: Resource): boolean {
  return minimum_sample === null || (minimum_sample.except ?? []).length > 0;
}

Deno.test("beside each figure that is shown over few rows is the number of the rows that it rests on", () => {
  const shown = resources.filter(isShownOverFew);
  const figures = shown.flatMap((resource) =>
    resource.columns.filter((column) => FIGURE.test(column)).map((column) => ({ resource, column }))
  );
  const uncounted = figures.filter(({ resource, column }) => {
    const counts = RESTS_ON[`${fullName(resource)} ${column}`];
    return counts === undefined || !counts.every((count) => resource.columns.includes(count));
  });
  // A checkout may have left a pack out.
  const served = new Set(resources.map(fullName));
  const here = (listed: Readonly<Record<string, unknown>>) =>
    Object.keys(listed).filter((figure) => served.has(figure.split(" ")[0] ?? "")).sort();
  const named = (list: typeof figures) => list.map(({ resource, column }) => `${fullName(resource)} ${column}`).sort();
  assert.deepEqual(named(uncounted), here(WITHOUT));
  assert.deepEqual(named(figures), [...here(RESTS_ON), ...here(WITHOUT)].sort(), "the lists name what is not shown");
});
