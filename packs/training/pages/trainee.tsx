import { useResource } from "../../../app/api/use_resource.ts";
import { Choice } from "../../../app/frame/choice.tsx";
import { chosen, chosenDay, useFilters } from "../../../app/frame/location.ts";
import type { PageProps } from "../../../app/frame/pages.ts";
import { day } from "../../../app/words/numbers.ts";
import { Assignments } from "./trainee/assignments.tsx";
import { LastAttempts } from "./trainee/last_attempts.tsx";
import { DayFilter } from "./trainee/day_filter.tsx";
import { AllTime, ThisWeek } from "./trainee/stats.tsx";
import { Trend } from "./trainee/trend.tsx";

const PERIODS = ["30", "7", "90", "365"] as const;
const STATUS = ["open", "overdue", "completed", "all"] as const;

/** A person's own training: this week, in all, the trend, the last attempts, and what is assigned. */
export function Page({ links }: PageProps) {
  const filters = useFilters();
  const days = chosen(filters, "days", PERIODS);
  const status = chosen(filters, "status", STATUS);
  const to = chosenDay(filters, "to");
  const stats = useResource("training/me/stats", {});
  const trend = useResource("training/me/score-trend", { days: Number(days), to: to ?? undefined });
  const attempts = useResource("training/me/attempts", { limit: 5 });
  const assignments = useResource("training/me/assignments", { status });
  const last_attempt_at = stats.answer?.data[0]?.last_attempt_at ?? null;

  return (
    <div className="page">
      <div className="page-head">
        <h1>My training</h1>
        <div className="filters no-print" role="group" aria-label="Filters of the trend">
          <Choice
            name="days"
            label="Period"
            value={days}
            options={[["30", "30 days"], ["7", "7 days"], ["90", "90 days"], ["365", "a year"]]}
          />
          <DayFilter value={to} />
        </div>
        <p className="print-only">
          The trend is of the {days} days up to {to === null ? "today" : day(to)}; assignments: {status}.
        </p>
      </div>
      <div className="cards">
        <ThisWeek resource={stats} />
        <AllTime resource={stats} />
        <Trend resource={trend} days={Number(days)} to={to} last_attempt_at={last_attempt_at} />
        <LastAttempts resource={attempts} links={links} />
        <Assignments resource={assignments} status={status} links={links} />
      </div>
    </div>
  );
}
