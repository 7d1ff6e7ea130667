import { useResource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { setFilters } from "../../../../app/frame/location.ts";
import { counted, day, duration, number } from "../../../../app/words/numbers.ts";
import { Table } from "../../../../app/cards/table.tsx";
import { Rest } from "../../../../app/cards/rest.tsx";

/** Every answer to one question, and when it comes back. */
export function QuestionHistory({ question, user_id }: {
  readonly question: string;
  readonly user_id: string | undefined;
}) {
  const resource = useResource("study/questions/history", { question_id: question, user_id, limit: 20, total: true });
  return (
    <Card
      title={`Answers to question ${question.slice(0, 8)}`}
      size="wide"
      resource={resource}
      says_rest
      empty="This question has no answer of yours."
      tools={
        <span className="task no-print">
          <button type="button" onClick={() => setFilters({ question: null })}>Close</button>
          <ExportButton
            name="study/questions/history"
            filters={{ question_id: question, user_id }}
            of="the answers to this question"
          />
        </span>
      }
    >
      {({ data, meta }) => {
        const [last] = data;
        return (
          <>
            <Table
              name="Answers to the question"
              caption="Answers to this question, the newest first"
              columns={[
                { title: "Answered" },
                { title: "Result" },
                { title: "Answer" },
                { title: "Time", is_figure: true },
                { title: "Hint" },
                { title: "Quality, 0 to 5", is_figure: true },
              ]}
              rows={data}
            >
              {(row) => (
                <tr key={row.event_id}>
                  <th scope="row">
                    <time dateTime={row.attempted_at}>{day(row.attempted_at)}</time>
                  </th>
                  <td>
                    <span className={`badge ${row.is_correct ? "completed" : "overdue"}`}>
                      {row.is_correct ? "correct" : "wrong"}
                    </span>
                  </td>
                  <td>{row.selected_answer ?? "not kept"}</td>
                  <td className="figure">{duration(row.time_to_answer_seconds)}</td>
                  <td>{row.is_hint_used ? "used" : "no"}</td>
                  <td className="figure">{number(row.quality, 0)}</td>
                </tr>
              )}
            </Table>
            <Rest shown={data.length} of="answer" total={meta.total_count} />
            {last?.next_review_on != null && (
              <p className="quiet">
                Comes back on {day(last.next_review_on)}, {counted(last.interval_days ?? 0, "day")}{" "}
                after the last answer that counted: the interval grows with each correct answer, and begins anew after a
                wrong one.
              </p>
            )}
          </>
        );
      }}
    </Card>
  );
}
