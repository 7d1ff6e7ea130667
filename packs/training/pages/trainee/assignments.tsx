import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { Choice } from "../../../../app/frame/choice.tsx";
import type { PageProps } from "../../../../app/frame/pages.ts";
import { linkTo } from "../../../../app/session/settings.ts";
import { counted, day, number } from "../../../../app/words/numbers.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";

interface Props extends Pick<PageProps, "links"> {
  readonly resource: Resource<AnswerOf<"training/me/assignments">>;
  readonly status: "open" | "overdue" | "completed" | "all";
}

const EMPTY = {
  open: "Nothing is open. What a manager assigns to you appears here within a minute.",
  overdue: "Nothing is overdue.",
  completed: "Nothing is completed yet. An assignment counts as completed by an attempt after it was made.",
  all: "Nothing has been assigned to you yet.",
} as const;

export function Assignments({ resource, status, links }: Props) {
  return (
    <Card
      title="Assignments"
      size="wide"
      resource={resource}
      empty={EMPTY[status]}
      tools={
        <span className="no-print">
          <Choice
            name="status"
            label="Show"
            value={status}
            options={[["open", "open"], ["overdue", "overdue"], ["completed", "completed"], ["all", "all"]]}
          />
        </span>
      }
    >
      {({ data }) => (
        <ul className="list">
          {data.map((row) => {
            const start = row.status === "completed"
              ? null
              : linkTo(links["scenario"], { scenario_id: row.scenario_id });
            return (
              <li key={row.assignment_id}>
                <div>
                  <strong>{row.title ?? "A scenario that was removed"}</strong>
                  <p className="quiet">
                    {row.is_required ? "Required" : "Optional"} ·{" "}
                    {row.due_on === null ? "no due date" : `due ${day(row.due_on)}`}
                    {row.attempts_count > 0 &&
                      ` · ${counted(row.attempts_count, "attempt")}, best score ${number(row.best_score)}`}
                  </p>
                </div>
                <span className={`badge ${row.status}`}>{row.status}</span>
                {start !== null && (
                  <a className="button" href={start}>
                    Start<span className="sr-only">: {row.title}</span>
                  </a>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
