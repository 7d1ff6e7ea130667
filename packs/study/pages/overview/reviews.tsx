import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { Choice } from "../../../../app/frame/choice.tsx";
import { setFilters } from "../../../../app/frame/location.ts";
import type { PageProps } from "../../../../app/frame/pages.ts";
import { linkTo } from "../../../../app/session/settings.ts";
import { counted, day, isoDay, number } from "../../../../app/words/numbers.ts";
import type { AnswerOf, ExportFilters } from "../../../../shared/client/mod.ts";
import { Table } from "../../../../app/cards/table.tsx";
import { Rest } from "../../../../app/cards/rest.tsx";

interface Props extends Pick<PageProps, "links"> {
  readonly resource: Resource<AnswerOf<"study/reviews/due">>;
  /** Days after today. */
  readonly ahead: number;
  /** Whose answers are shown below; null for none. */
  readonly question: string | null;
  readonly filters: ExportFilters<"study/reviews/due">;
}

export function Reviews({ resource, ahead, question, filters, links }: Props) {
  return (
    <Card
      title="Reviews due"
      size="wide"
      resource={resource}
      says_rest
      empty={ahead === 0
        ? "Nothing is due today. A question comes back here on the day on which you might begin to forget it."
        : `Nothing is due in the next ${ahead} days. Each answer sets the day of the question's next review.`}
      tools={
        <span className="task no-print">
          <Choice
            name="ahead"
            label="Due"
            value={String(ahead)}
            options={[["0", "today"], ["7", "within 7 days"], ["30", "within 30 days"]]}
          />
          <ExportButton name="study/reviews/due" filters={filters} of="the reviews" />
        </span>
      }
    >
      {({ data, meta }) => (
        <>
          <Table
            name="Reviews due"
            caption="Questions to answer again, the longest overdue first"
            columns={[
              { title: "Topic" },
              { title: "Question" },
              { title: "Due" },
              { title: "State" },
              { title: "Last answered" },
              { title: "Interval", is_figure: true },
              { title: "Correct in a row", is_figure: true },
              { title: "Answers", no_print: true },
            ]}
            rows={data}
          >
            {(row) => {
              const href = linkTo(links["question"], { question_id: row.question_id });
              const short = row.question_id.slice(0, 8);
              const is_chosen = row.question_id === question;
              return (
                <tr key={row.question_id}>
                  <th scope="row">{row.topic_name}</th>
                  <td>{href === null ? <code>{short}</code> : <a href={href}>{short}</a>}</td>
                  <td>
                    <time dateTime={row.due_on}>{day(row.due_on)}</time>
                  </td>
                  <td>
                    <span className={`badge ${row.overdue_days > 0 ? "overdue" : ""}`}>
                      {row.overdue_days > 0 ? `${counted(row.overdue_days, "day")} late` : whenOf(row.due_on)}
                    </span>
                  </td>
                  <td>
                    <time dateTime={row.last_answered_at}>{day(row.last_answered_at)}</time>
                  </td>
                  <td className="figure">{counted(row.interval_days, "day")}</td>
                  <td className="figure">{number(row.repetition, 0)}</td>
                  <td className="no-print">
                    <button
                      type="button"
                      className="plain"
                      aria-pressed={is_chosen}
                      onClick={() => setFilters({ question: is_chosen ? null : row.question_id })}
                    >
                      {is_chosen ? "Hide" : "Show"}
                      <span className="sr-only">the answers to question {short}</span>
                    </button>
                  </td>
                </tr>
              );
            }}
          </Table>
          <Rest shown={data.length} of="question" total={meta.total_count} />
        </>
      )}
    </Card>
  );
}

function whenOf(due_on: string): string {
  const days = (Date.parse(due_on) - Date.parse(isoDay(new Date()))) / 86_400_000;
  return days <= 0 ? "today" : `in ${counted(days, "day")}`;
}
