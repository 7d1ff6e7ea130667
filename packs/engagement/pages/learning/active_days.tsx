import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { RowsTable, type TableColumn } from "../../../../app/cards/rows_table.tsx";
import { CalendarChart } from "../../../../app/charts/calendar_chart.tsx";
import { daysOfYear } from "../../../../app/charts/calendar_layout.ts";
import { setFilters } from "../../../../app/frame/location.ts";
import { counted, day, duration, isoDay, number } from "../../../../app/words/numbers.ts";
import type { AnswerOf, RowOf } from "../../../../shared/client/mod.ts";

type ActiveDay = RowOf<"engagement/active-learning-days">;

const FIGURES: readonly TableColumn<ActiveDay>[] = [
  { title: "Sessions", is_figure: true, cell: (row) => number(row.sessions_count, 0) },
  { title: "Quizzes", is_figure: true, cell: (row) => number(row.quiz_attempts_count, 0) },
  { title: "Reviews", is_figure: true, cell: (row) => number(row.review_sessions_count, 0) },
  { title: "Time", is_figure: true, cell: (row) => duration(row.active_seconds) },
];

const NEWEST: readonly TableColumn<ActiveDay>[] = [
  { title: "Day", cell: (row) => <time dateTime={row.active_on}>{day(row.active_on)}</time> },
  {
    title: "Learner",
    is_head: true,
    cell: (row) => (
      <button type="button" className="plain" onClick={() => setFilters({ learner: row.user_id })}>
        <code>{row.user_id}</code>
        <span className="sr-only">: show this learner's year</span>
      </button>
    ),
  },
  ...FIGURES,
];

/** The newest days of everybody, or one learner's year. */
export function ActiveDays({ resource, learner }: {
  readonly resource: Resource<AnswerOf<"engagement/active-learning-days">>;
  readonly learner: string | null;
}) {
  const filters = { user_id: learner ?? undefined };
  return (
    <Card
      title="Active days"
      size="wide"
      resource={resource}
      says_rest={learner === null}
      tools={
        <span className="task no-print">
          {learner !== null && <button type="button" onClick={() => setFilters({ learner: null })}>Everybody</button>}
          <ExportButton name="engagement/active-learning-days" filters={filters} of="the active days" />
        </span>
      }
      empty={learner === null
        ? "Nobody was active yet. A session, a quiz or a review makes a day active."
        : `The learner ${learner} was never active.`}
    >
      {({ data, meta }) =>
        learner === null
          ? (
            <>
              <RowsTable
                name="Active days"
                caption="The newest days, and who was active on them"
                columns={NEWEST}
                rows={data}
                keyOf={(row) => `${row.active_on} ${row.user_id}`}
              />
              {meta.next_cursor !== null && (
                <p className="quiet">The newest {number(data.length, 0)} are shown; the export has all of them.</p>
              )}
            </>
          )
          : <YearOf learner={learner} data={data} />}
    </Card>
  );
}

function YearOf({ learner, data }: { readonly learner: string; readonly data: readonly ActiveDay[] }) {
  const year = Number(data[0]?.active_on.slice(0, 4));
  const found = new Map(data.map((row) => [row.active_on, row]));
  const days = daysOfYear(year, isoDay(new Date())).map((iso) => ({ day: iso, row: found.get(iso) ?? null }));
  const active = days.flatMap(({ row }) => row === null ? [] : [row]);
  const seconds = active.reduce((sum, row) => sum + row.active_seconds, 0);
  return (
    <CalendarChart
      name={`Minutes by day of ${year}`}
      summary={`Learner ${learner}: ${counted(active.length, "active day")}, ${duration(seconds)} in all.`}
      // A day of less than a minute is a day.
      days={days.map(({ day: iso, row }) => ({ day: iso, value: row === null ? 0 : minutesOf(row) }))}
      numbers={{
        columns: ["Day", "Sessions", "Quizzes", "Reviews", "Seconds"],
        rows: active.map((row) => [
          ...[row.active_on, row.sessions_count, row.quiz_attempts_count, row.review_sessions_count],
          row.active_seconds,
        ]),
      }}
      spoken={(index) => {
        const at = days[index];
        if (at === undefined) return "";
        if (at.row === null) return `${day(at.day)}: not active`;
        return `${day(at.day)}: ${duration(at.row.active_seconds)} in ${counted(at.row.sessions_count, "session")}`;
      }}
    />
  );
}

function minutesOf({ active_seconds }: ActiveDay): number {
  return Math.max(1, Math.round(active_seconds / 60));
}
