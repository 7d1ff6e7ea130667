import { useResource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { BarChart } from "../../../../app/charts/bar_chart.tsx";
import { counted, day, isoDay, percent, shortDay } from "../../../../app/words/numbers.ts";
import type { RowOf } from "../../../../shared/client/mod.ts";

const DAY_MS = 86_400_000;

/** Answers in one topic by day: those that were correct, of all. */
export function TopicDays({ topic, user_id, days }: {
  readonly topic: RowOf<"study/mastery">;
  readonly user_id: string | undefined;
  readonly days: number;
}) {
  const today = Date.now();
  const dates = Array.from({ length: days }, (_, place) => isoDay(new Date(today - (days - 1 - place) * DAY_MS)));
  const asked = { user_id, topic_id: topic.topic_id, from: dates[0], to: dates.at(-1) };
  const resource = useResource("study/topics/daily", { ...asked, limit: 999 });
  return (
    <Card
      title={`By day: ${topic.topic_name}`}
      size="wide"
      resource={resource}
      tools={<ExportButton name="study/topics/daily" filters={asked} of="the topic's days" />}
      empty={`No answer in this topic in the last ${days} days. Today's come with the night.`}
    >
      {({ data }) => {
        const found = new Map(data.map((row) => [row.stat_date, row]));
        const answers = data.reduce((sum, row) => sum + row.questions_attempted, 0);
        const correct = data.reduce((sum, row) => sum + row.questions_correct, 0);
        return (
          <BarChart
            name={`Answers in ${topic.topic_name} by day`}
            summary={`${counted(answers, "answer")} in ${days} days, ${percent(correct / answers)} of them correct.`}
            points={dates.map((iso) => ({ label: shortDay(iso), value: found.get(iso)?.questions_attempted ?? 0 }))}
            numbers={{
              columns: ["Day", "Answers", "Correct"],
              rows: data.map((row) => [row.stat_date, row.questions_attempted, row.questions_correct]),
            }}
            spoken={(index) => {
              const iso = dates[index];
              if (iso === undefined) return "";
              const row = found.get(iso);
              if (row === undefined) return `${day(iso)}: no answer`;
              return `${day(iso)}: ${counted(row.questions_attempted, "answer")}, ${
                percent(row.accuracy_rate)
              } correct`;
            }}
          />
        );
      }}
    </Card>
  );
}
