import { useResource } from "../../../app/api/use_resource.ts";
import { Choice } from "../../../app/frame/choice.tsx";
import { chosen, useFilters } from "../../../app/frame/location.ts";
import { Heading, usePerson } from "./parts/person.tsx";
import { Materials } from "./parts/materials.tsx";
import type { PageProps } from "../../../app/frame/pages.ts";
import { Mastery } from "./topics/mastery.tsx";
import { Terms } from "./topics/terms.tsx";
import { TopicDays } from "./topics/topic_days.tsx";

const DAYS = ["90", "30", "365"] as const;

/** A learner's mastery of each topic, and of one of them how it comes about, day by day, and its materials. */
export function Page({ links }: PageProps) {
  const filters = useFilters();
  const user_id = usePerson();
  const days = Number(chosen(filters, "days", DAYS));
  const mastery = useResource("study/mastery", { user_id, limit: 50 });
  const rows = mastery.answer?.data ?? [];
  const topic = rows.find(({ topic_id }) => topic_id === filters.get("topic")) ?? rows[0] ?? null;

  return (
    <div className="page">
      <div className="page-head">
        <Heading title="My topics" />
        <div className="filters no-print" role="group" aria-label="Filters of the topic by day">
          <Choice
            name="days"
            label="By day"
            value={String(days)}
            options={[["90", "90 days"], ["30", "30 days"], ["365", "a year"]]}
          />
        </div>
        <p className="print-only">By day: the last {days} days{topic === null ? "" : ` of ${topic.topic_name}`}.</p>
      </div>
      <div className="cards">
        <Mastery resource={mastery} chosen={topic?.topic_id ?? null} filters={{ user_id }} />
        {topic !== null && (
          <>
            <Terms resource={mastery} topic={topic} />
            <TopicDays topic={topic} user_id={user_id} days={days} />
            <Materials
              title={`Materials of ${topic.topic_name}`}
              topic_id={topic.topic_id}
              user_id={user_id}
              links={links}
              empty="No material of this topic is opened yet, or it has none. What you open appears here at once."
            />
          </>
        )}
      </div>
    </div>
  );
}
