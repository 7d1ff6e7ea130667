import { useResource } from "../../../app/api/use_resource.ts";
import { chosen, useFilters } from "../../../app/frame/location.ts";
import type { PageProps } from "../../../app/frame/pages.ts";
import { day } from "../../../app/words/numbers.ts";
import { PeriodFilters, usePeriod } from "./parts/period.tsx";
import { Trend } from "./parts/trend.tsx";
import { Assignments } from "./trainee/assignments.tsx";
import { LastAttempts } from "./trainee/last_attempts.tsx";
import { AllTime, ThisWeek } from "./trainee/stats.tsx";

const STATUS = ["open", "overdue", "completed", "all"] as const;

/** A person's own training: this week, in all, the trend, the last attempts, and what is assigned. */
export function Page({ links }: PageProps) {
  const filters = useFilters();
  const status = chosen(filters, "status", STATUS);
  const { days, to } = usePeriod();
  const stats = useResource("training/me/stats", {});
  const trend = useResource("training/me/score-trend", { days, to: to ?? undefined });
  const attempts = useResource("training/me/attempts", { limit: 5 });
  const assignments = useResource("training/me/assignments", { status });
  const last_attempt_at = stats.answer?.data[0]?.last_attempt_at ?? null;

  return (
    <div className="page">
      <div className="page-head">
        <h1>My training</h1>
        <PeriodFilters of="the trend" />
        <p className="print-only">
          The trend is of the {days} days up to {to === null ? "today" : day(to)}; assignments: {status}.
        </p>
      </div>
      <div className="cards">
        <ThisWeek resource={stats} />
        <AllTime resource={stats} />
        <Trend resource={trend} days={days} to={to} last_attempt_at={last_attempt_at} />
        <LastAttempts resource={attempts} links={links} />
        <Assignments resource={assignments} status={status} links={links} />
      </div>
    </div>
  );
}
