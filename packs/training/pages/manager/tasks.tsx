import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { Choice } from "../../../../app/frame/choice.tsx";
import { day, percent } from "../../../../app/words/numbers.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"training/tasks">>;
  readonly status: "all" | "open" | "overdue" | "completed";
}

/** What is assigned to the team: a scenario with a due date, and how many have completed it. */
export function Tasks({ resource, status }: Props) {
  return (
    <Card
      title="Assignments"
      size="wide"
      resource={resource}
      empty={status === "all" ? "Nothing is assigned to your people yet." : `Nothing is ${status}.`}
      tools={
        <span className="no-print">
          <Choice
            name="status"
            label="Show"
            value={status}
            options={[["all", "all"], ["open", "open"], ["overdue", "overdue"], ["completed", "completed"]]}
          />
        </span>
      }
    >
      {({ data }) => (
        <ul className="list">
          {data.map((row) => {
            const title = row.title ?? "A scenario that was removed";
            return (
              <li key={`${row.org_id} ${row.scenario_id} ${row.due_on}`}>
                <div>
                  <strong>{title}</strong>
                  <p className="quiet">
                    {row.due_on === null ? "No due date" : `Due ${day(row.due_on)}`} · {row.completed_count} of{" "}
                    {row.assigned_count} completed
                  </p>
                </div>
                <meter
                  min={0}
                  max={1}
                  value={row.completion_rate}
                  aria-label={`Completion of ${title}`}
                >
                  {percent(row.completion_rate)}
                </meter>
                <span className={`badge ${row.overdue_count > 0 ? "overdue" : row.status}`}>
                  {row.overdue_count > 0 ? `${row.overdue_count} overdue` : row.status}
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
