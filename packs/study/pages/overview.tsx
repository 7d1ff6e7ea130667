import { useResource } from "../../../app/api/use_resource.ts";
import { chosen, useFilters } from "../../../app/frame/location.ts";
import type { PageProps } from "../../../app/frame/pages.ts";
import { day } from "../../../app/words/numbers.ts";
import { Activity, MEASURES } from "./overview/activity.tsx";
import { FirstAnswers } from "./overview/first_answers.tsx";
import { Gaps } from "./overview/gaps.tsx";
import { QuestionHistory } from "./overview/question_history.tsx";
import { Reviews } from "./overview/reviews.tsx";
import { LastMonth, LastWeek, Standing } from "./overview/stats.tsx";
import { Heading, usePerson } from "./parts/person.tsx";

const AHEAD = ["0", "7", "30"] as const;
const GAPS = ["10", "25", "50"] as const;
/** The most that the API answers. */
const YEAR_DAYS = 366;

/** A learner's own figures: where they stand, the year's activity, what to learn next, and what to answer again. */
export function Page({ links }: PageProps) {
  const filters = useFilters();
  const user_id = usePerson();
  const measure = chosen(filters, "measure", MEASURES);
  const ahead = Number(chosen(filters, "ahead", AHEAD));
  const count = Number(chosen(filters, "gaps", GAPS));
  const question = filters.get("question");
  const dashboard = useResource("study/dashboard", { user_id });
  const first = useResource("study/first-attempt-accuracy", { user_id, limit: 999 });
  const activity = useResource("study/activity", { user_id, days: YEAR_DAYS });
  const gaps = useResource("study/gaps", { user_id, limit: count });
  const reviews = useResource("study/reviews/due", { user_id, days_ahead: ahead, limit: 20, total: true });
  const [row] = dashboard.answer?.data ?? [];

  return (
    <div className="page">
      <div className="page-head">
        <Heading title="My study" />
        {row !== undefined && (
          <p className="quiet">Figures of 7 and 30 days end on {day(row.as_of_date)}, the last whole day.</p>
        )}
        <p className="print-only">
          Calendar: {measure}. Reviews due {ahead === 0 ? "today" : `within ${ahead} days`}. The {count} largest gaps.
        </p>
      </div>
      <div className="cards">
        <LastWeek resource={dashboard} />
        <LastMonth resource={dashboard} />
        <Standing resource={dashboard} />
        <FirstAnswers resource={first} filters={{ user_id }} />
        <Activity resource={activity} measure={measure} filters={{ user_id, days: YEAR_DAYS }} />
        <Gaps resource={gaps} count={count} filters={{ user_id }} />
        <Reviews
          resource={reviews}
          ahead={ahead}
          question={question}
          links={links}
          filters={{ user_id, days_ahead: ahead }}
        />
        {question !== null && <QuestionHistory question={question} user_id={user_id} />}
      </div>
    </div>
  );
}
