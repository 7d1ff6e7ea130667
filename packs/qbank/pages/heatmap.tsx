import { useResource } from "../../../app/api/use_resource.ts";
import { Choice } from "../../../app/frame/choice.tsx";
import { PeriodChoice } from "../../../app/frame/period_choice.tsx";
import { chosen, chosenDay, useFilters } from "../../../app/frame/location.ts";
import { day, isoDay } from "../../../app/words/numbers.ts";
import { mondayOf, weeksBefore } from "../../../app/words/weeks.ts";
import { Matrix } from "./heatmap/matrix.tsx";
import { MEASURE_NAMES, MEASURES } from "./heatmap/measure.ts";
import { Questions } from "./heatmap/questions.tsx";

const WEEKS = ["12", "26", "52", "all"] as const;

/** How the bank's questions are answered, week by week: by lesion and topic, and each question by itself. */
export function Page() {
  const filters = useFilters();
  const weeks = chosen(filters, "weeks", WEEKS);
  const measure = chosen(filters, "measure", MEASURES);
  const to = chosenDay(filters, "to");
  const lesion = filters.get("lesion") ?? undefined;
  const topic = filters.get("topic") ?? undefined;
  const last = mondayOf(to ?? isoDay(new Date()));
  const first = weeks === "all" ? undefined : weeksBefore(last, Number(weeks) - 1);
  const asked = { week_from: first, week_to: last, lesion, topic };
  const matrix = useResource("qbank/heatmap/matrix", asked);
  const questions = useResource("qbank/heatmap", { ...asked, limit: 999 });
  const lesions = useResource("qbank/lesions", { limit: 999 });
  const topics = useResource("qbank/topics", { limit: 999 });

  return (
    <div className="page">
      <div className="page-head">
        <h1>Question bank</h1>
        <div className="filters no-print" role="group" aria-label="Filters of both cards">
          <Choice
            name="measure"
            label="Show"
            value={measure}
            options={MEASURES.map((name) => [name, MEASURE_NAMES[name]])}
          />
          <Choice
            className="long"
            name="lesion"
            label="Lesion"
            value={lesion ?? ""}
            options={options((lesions.answer?.data ?? []).map((row) => row.lesion), lesion)}
          />
          <Choice
            className="long"
            name="topic"
            label="Topic"
            value={topic ?? ""}
            options={options((topics.answer?.data ?? []).map((row) => row.topic), topic)}
          />
          <PeriodChoice
            name="weeks"
            value={weeks}
            options={[["12", "12 weeks"], ["26", "26 weeks"], ["52", "a year"], ["all", "all weeks"]]}
            to={to}
          />
        </div>
        <p className="print-only">
          {MEASURE_NAMES[measure]}; lesion: {lesion ?? "all"}; topic: {topic ?? "all"};{" "}
          {first === undefined ? "all weeks" : `weeks from ${day(first)}`} to the week of {day(last)}.
        </p>
      </div>
      <div className="cards">
        <Matrix resource={matrix} measure={measure} filters={asked} />
        <Questions resource={questions} measure={measure} filters={asked} />
      </div>
    </div>
  );
}

function options(known: readonly string[], value: string | undefined): (readonly [string, string])[] {
  const all = value === undefined || known.includes(value) ? known : [value, ...known];
  return [["", "all"], ...all.map((text) => [text, text] as const)];
}
