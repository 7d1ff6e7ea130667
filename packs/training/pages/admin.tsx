import { useResource } from "../../../app/api/use_resource.ts";
import { useFilters } from "../../../app/frame/location.ts";
import type { PageProps } from "../../../app/frame/pages.ts";
import { day } from "../../../app/words/numbers.ts";
import { Calendar } from "./admin/calendar.tsx";
import { Overview } from "./admin/overview.tsx";
import { RecentAttempts } from "./admin/recent_attempts.tsx";
import { TopScenarios } from "./admin/top_scenarios.tsx";
import { OfOrganisation, OtherOrganisation } from "./parts/organisation.tsx";
import { daysOf, PeriodFilters, usePeriod } from "./parts/period.tsx";
import { ScenarioChoice } from "./parts/scenario_choice.tsx";
import { Trend } from "./parts/trend.tsx";

/** An organisation: its figures, trend, scenarios, attempts and a calendar of activity. */
export function Page(props: PageProps) {
  return <OfOrganisation claims={props.claims}>{(org_id) => <Admin {...props} org_id={org_id} />}</OfOrganisation>;
}

function Admin({ claims, links, org_id }: PageProps & { readonly org_id: string }) {
  const filters = useFilters();
  const period = usePeriod();
  const scenario_id = filters.get("scenario") ?? undefined;
  const user_id = filters.get("person") ?? undefined;
  const { from, to } = daysOf(period, new Date());
  const overview = useResource("training/org-overview", { org_id });
  const trend = useResource("training/attempt-trend", { org_id, days: period.days, to });
  const top = useResource("training/top-scenarios", { org_id, from, to });
  const attempts = useResource("training/attempts", { org_id, from, to, scenario_id, user_id, limit: 10, total: true });
  const calendar = useResource("training/activity-calendar", { org_id, year: Number(to.slice(0, 4)) });
  const [row] = overview.answer?.data ?? [];
  const last = row?.last_activity?.slice(0, 10) ?? null;
  const is_quiet = trend.answer?.data.every(({ attempts_count }) => attempts_count === 0) ?? false;

  return (
    <div className="page">
      <div className="page-head">
        <h1>{row?.name ?? "Organisation"}</h1>
        <OtherOrganisation claims={claims} />
        <PeriodFilters
          of="trend, scenarios and attempts"
          last={is_quiet && last !== null && last < from ? last : null}
        />
        <p className="print-only">{day(from)} to {day(to)}; the overview is of all time.</p>
      </div>
      <div className="cards">
        <Overview resource={overview} />
        <Trend resource={trend} days={period.days} to={to} last_attempt_at={null} />
        <TopScenarios resource={top} scenario={scenario_id ?? null} links={links} filters={{ org_id, from, to }} />
        <RecentAttempts
          resource={attempts}
          filters={{ org_id, from, to, scenario_id, user_id }}
          links={links}
          tools={<ScenarioChoice org_id={org_id} />}
        />
        <Calendar resource={calendar} year={Number(to.slice(0, 4))} />
      </div>
    </div>
  );
}
