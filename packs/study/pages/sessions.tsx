import { useResource } from "../../../app/api/use_resource.ts";
import { Choice } from "../../../app/frame/choice.tsx";
import { chosen, useFilters } from "../../../app/frame/location.ts";
import type { PageProps } from "../../../app/frame/pages.ts";
import { Materials } from "./parts/materials.tsx";
import { Heading, usePerson } from "./parts/person.tsx";
import { Days } from "./sessions/days.tsx";
import { Sessions } from "./sessions/sessions.tsx";

const DAYS = ["30", "7", "90", "365"] as const;

/** A learner's sessions, the time of each day, and the materials read. */
export function Page({ links }: PageProps) {
  const user_id = usePerson();
  const days = Number(chosen(useFilters(), "days", DAYS));
  const sessions = useResource("study/sessions", { user_id, days, limit: 20, total: true });
  const activity = useResource("study/activity", { user_id, days });

  return (
    <div className="page">
      <div className="page-head">
        <Heading title="My sessions" />
        <div className="filters no-print" role="group" aria-label="Filters of sessions and study time">
          <Choice
            name="days"
            label="Period"
            value={String(days)}
            options={[["30", "30 days"], ["7", "7 days"], ["90", "90 days"], ["365", "a year"]]}
          />
        </div>
        <p className="print-only">Sessions and study time of the {days} days up to today; materials of all time.</p>
      </div>
      <div className="cards">
        <Days resource={activity} days={days} filters={{ user_id, days }} />
        <Sessions resource={sessions} days={days} filters={{ user_id, days }} />
        <Materials
          title="Materials"
          user_id={user_id}
          links={links}
          empty="No material is opened yet. What you open appears here at once, with how far you came."
        />
      </div>
    </div>
  );
}
