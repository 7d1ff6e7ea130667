import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { Rest } from "../../../../app/cards/rest.tsx";
import type { PageProps } from "../../../../app/frame/pages.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";
import { AttemptsTable } from "../parts/attempts_table.tsx";

interface Props extends Pick<PageProps, "links"> {
  readonly resource: Resource<AnswerOf<"training/people/attempts">>;
  readonly person: string | null;
  /** Whose attempts these are; null for everybody's. */
  readonly name: string | null;
}

export function PersonAttempts({ resource, person, name, links }: Props) {
  return (
    <Card
      title={name === null ? "Last attempts of the team" : `Last attempts of ${name}`}
      size="wide"
      resource={resource}
      says_rest
      tools={
        <ExportButton name="training/people/attempts" filters={{ user_id: person ?? undefined }} of="these attempts" />
      }
      empty="There is no attempt yet."
    >
      {({ data, meta }) => (
        <>
          <AttemptsTable
            name="Attempts"
            caption="The last attempts, the newest first"
            rows={data}
            person={(row) => row.user_name ?? row.user_id}
            status={(row) => row.status}
            links={links}
          />
          <Rest shown={data.length} of="attempt" total={meta.total_count} />
        </>
      )}
    </Card>
  );
}
