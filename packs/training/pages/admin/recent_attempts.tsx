import type { ReactNode } from "react";
import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { Rest } from "../../../../app/cards/rest.tsx";
import { setFilters } from "../../../../app/frame/location.ts";
import type { PageProps } from "../../../../app/frame/pages.ts";
import type { AnswerOf, ExportFilters } from "../../../../shared/client/mod.ts";
import { AttemptsTable } from "../parts/attempts_table.tsx";

interface Props extends Pick<PageProps, "links"> {
  readonly resource: Resource<AnswerOf<"training/attempts">>;
  readonly filters: ExportFilters<"training/attempts">;
  /** Further filters. */
  readonly tools: ReactNode;
}

export function RecentAttempts({ resource, filters, tools, links }: Props) {
  const is_of_one = filters.user_id !== undefined;
  return (
    <Card
      title="Recent attempts"
      size="wide"
      resource={resource}
      says_rest
      tools={
        <span className="task no-print">
          {tools}
          {is_of_one && <button type="button" onClick={() => setFilters({ person: null })}>Everybody</button>}
          <ExportButton name="training/attempts" filters={filters} of="the attempts of these filters" />
        </span>
      }
      empty="No completed attempt in these days, at this scenario and of this person."
    >
      {({ data, meta }) => (
        <>
          <AttemptsTable
            name="Recent attempts"
            caption="Completed attempts of these days, the newest first"
            rows={data}
            person={(row) => {
              const person = row.user_name ?? row.user_id;
              if (is_of_one) return person;
              return (
                <button type="button" className="plain" onClick={() => setFilters({ person: row.user_id })}>
                  {person}
                  <span className="sr-only">: show only these attempts</span>
                </button>
              );
            }}
            links={links}
          />
          <Rest shown={data.length} of="attempt" total={meta.total_count} />
        </>
      )}
    </Card>
  );
}
