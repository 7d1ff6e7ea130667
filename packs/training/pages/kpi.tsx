import { useResource } from "../../../app/api/use_resource.ts";
import { Choice } from "../../../app/frame/choice.tsx";
import { chosen, useFilters } from "../../../app/frame/location.ts";
import type { PageProps } from "../../../app/frame/pages.ts";
import { day } from "../../../app/words/numbers.ts";
import { Cohorts } from "./kpi/cohorts.tsx";
import { Minutes } from "./kpi/minutes.tsx";
import { Weeks } from "./kpi/weeks.tsx";
import { OfOrganisation, OtherOrganisation } from "./parts/organisation.tsx";
import { daysOf, PeriodFilters, useDaysWithAttempts, usePeriod } from "./parts/period.tsx";
import { ScenarioChoice } from "./parts/scenario_choice.tsx";

const EVENTS = [
  "filler_word",
  "interruption",
  "question_asked",
  "objection_raised",
  "keyword_mentioned",
  "long_pause",
] as const;

/** What happens in calls: when in the call, how often by week, and how people with few and with many such events score. */
export function Page(props: PageProps) {
  return <OfOrganisation claims={props.claims}>{(org_id) => <Kpi {...props} org_id={org_id} />}</OfOrganisation>;
}

function Kpi({ claims, org_id }: PageProps & { readonly org_id: string }) {
  const filters = useFilters();
  const event_type = chosen(filters, "event", EVENTS);
  const scenario_id = filters.get("scenario") ?? undefined;
  const period = daysOf(usePeriod(), new Date());
  const overview = useResource("training/org-overview", { org_id });
  useDaysWithAttempts(overview.answer?.data[0]?.last_activity?.slice(0, 10) ?? null);
  const asked = { org_id, event_type, scenario_id, from: period.from, to: period.to };
  const minutes = useResource("training/kpi/heatmap", asked);
  const weeks = useResource("training/kpi/weekly", asked);
  const cohorts = useResource("training/kpi/cohorts", asked);
  const name = nameOf(event_type);

  return (
    <div className="page">
      <div className="page-head">
        <h1>Events in calls</h1>
        <OtherOrganisation claims={claims} />
        <div className="filters no-print" role="group" aria-label="Event and scenario">
          <Choice name="event" label="Event" value={event_type} options={EVENTS.map((type) => [type, nameOf(type)])} />
          <ScenarioChoice org_id={org_id} />
        </div>
        <PeriodFilters of="all cards" />
        <p className="print-only">{name}, {day(period.from)} to {day(period.to)}.</p>
      </div>
      <div className="cards">
        <Minutes resource={minutes} name={name} filters={asked} />
        <Weeks resource={weeks} name={name} filters={asked} />
        <Cohorts resource={cohorts} name={name} filters={asked} />
      </div>
    </div>
  );
}

function nameOf(type: string): string {
  const text = type.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
