import { useResource } from "../../../app/api/use_resource.ts";
import { chosen, useFilters } from "../../../app/frame/location.ts";
import type { PageProps } from "../../../app/frame/pages.ts";
import { day } from "../../../app/words/numbers.ts";
import { Leaderboard } from "./manager/leaderboard.tsx";
import { People } from "./manager/people.tsx";
import { PersonAttempts } from "./manager/person_attempts.tsx";
import { Tasks } from "./manager/tasks.tsx";
import { Team } from "./manager/team.tsx";
import { daysOf, PeriodFilters, usePeriod } from "./parts/period.tsx";

const STATUS = ["all", "open", "overdue", "completed"] as const;

/** A manager's team: its figures against the period before, the month's best, assignments, and each person's attempts. */
export function Page({ links }: PageProps) {
  const filters = useFilters();
  const period = usePeriod();
  const status = chosen(filters, "status", STATUS);
  const person = filters.get("person");
  const { from, to, before } = daysOf(period, new Date());
  const month = to.slice(0, 7);
  const team = useResource("training/team-overview", { days: period.days, to });
  const team_before = useResource("training/team-overview", { days: period.days, to: before });
  const leaders = useResource("training/leaderboard", { month });
  const tasks = useResource("training/tasks", { status });
  const people = useResource("training/people/figures", { from, to, membership: "current", total: true });
  const attempts = useResource("training/people/attempts", { user_id: person ?? undefined, limit: 10, total: true });
  // Those of everybody: of a chosen person the last attempt is not the team's.
  const last = person === null ? attempts.answer?.data[0]?.started_on ?? null : null;
  const is_quiet = team.answer?.data.every(({ attempts_count }) => attempts_count === 0) ?? false;
  const name = people.answer?.data.find(({ user_id }) => user_id === person)?.name ?? person;

  return (
    <div className="page">
      <div className="page-head">
        <h1>{team.answer?.data[0]?.name ?? "My team"}</h1>
        <PeriodFilters
          of="team, leaderboard and people"
          last={is_quiet && last !== null && last < from ? last : null}
        />
        <p className="print-only">
          {day(from)} to {day(to)}; best scores of {month}; assignments: {status}.
        </p>
      </div>
      <div className="cards">
        <Team resource={team} before={team_before.answer?.data[0] ?? null} days={period.days} />
        <Leaderboard resource={leaders} month={month} />
        <Tasks resource={tasks} status={status} />
        <People resource={people} person={person} from={from} to={to} />
        <PersonAttempts resource={attempts} person={person} name={name} links={links} />
      </div>
    </div>
  );
}
