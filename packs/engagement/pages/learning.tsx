import { useResource } from "../../../app/api/use_resource.ts";
import { Choice } from "../../../app/frame/choice.tsx";
import { chosen, useFilters } from "../../../app/frame/location.ts";
import { ActiveDays } from "./learning/active_days.tsx";
import { Explanations } from "./learning/explanations.tsx";
import { PopularTracks } from "./learning/popular_tracks.tsx";
import { Quizzes } from "./learning/quizzes.tsx";
import { Reviews } from "./learning/reviews.tsx";
import { Streaks } from "./learning/streaks.tsx";
import { Summary } from "./learning/summary.tsx";

const WEEKS = ["12", "26", "52"] as const;
/** A year, to the day. */
const MOST_DAYS = 366;

/** How learners use the application: the pack's seven views. */
export function Page() {
  const filters = useFilters();
  const weeks = Number(chosen(filters, "weeks", WEEKS));
  const user_id = filters.get("learner") ?? undefined;
  const track_id = filters.get("track") ?? undefined;
  const summary = useResource("engagement/summary-stats", {});
  const days = useResource("engagement/active-learning-days", {
    user_id,
    limit: user_id === undefined ? 10 : MOST_DAYS,
  });
  const streaks = useResource("engagement/streak-dropoffs", {});
  const reviews = useResource("engagement/review-session-usage", { weeks });
  const tracks = useResource("engagement/popular-tracks", { top: 10 });
  const quizzes = useResource("engagement/quiz-completion-rates", { track_id, limit: 999 });
  const explanations = useResource("engagement/explanation-engagement", { limit: 10 });
  const names = useResource("engagement/tracks", { limit: 999 });
  const known = (names.answer?.data ?? []).map((row) => [row.track_id, row.title] as const);
  const others = track_id === undefined || known.some(([id]) => id === track_id)
    ? []
    : [[track_id, "the chosen one"] as const];

  return (
    <div className="page">
      <div className="page-head">
        <h1>Engagement</h1>
        <div className="filters no-print" role="group" aria-label="Filters of quizzes and reviews">
          <Choice
            className="long"
            name="track"
            label="Quizzes of"
            value={track_id ?? ""}
            options={[["", "all tracks"], ...others, ...known.toSorted(([, a], [, b]) => a.localeCompare(b))]}
          />
          <Choice
            name="weeks"
            label="Reviews of"
            value={String(weeks)}
            options={[["12", "12 weeks"], ["26", "26 weeks"], ["52", "a year"]]}
          />
        </div>
        <p className="print-only">
          Quizzes of {known.find(([id]) => id === track_id)?.[1] ?? "all tracks"}; reviews of the last {weeks} weeks.
        </p>
      </div>
      <div className="cards">
        <Summary resource={summary} />
        <PopularTracks resource={tracks} track={track_id ?? null} />
        <ActiveDays resource={days} learner={user_id ?? null} />
        <Reviews resource={reviews} />
        <Streaks resource={streaks} />
        <Quizzes resource={quizzes} filters={{ track_id }} />
        <Explanations resource={explanations} />
      </div>
    </div>
  );
}
