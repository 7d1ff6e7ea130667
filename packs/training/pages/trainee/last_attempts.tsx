import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import type { PageProps } from "../../../../app/frame/pages.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";
import { AttemptsTable } from "../parts/attempts_table.tsx";

interface Props extends Pick<PageProps, "links"> {
  readonly resource: Resource<AnswerOf<"training/me/attempts">>;
}

export function LastAttempts({ resource, links }: Props) {
  return (
    <Card
      title="Last attempts"
      size="wide"
      resource={resource}
      tools={<ExportButton name="training/me/attempts" filters={{}} of="my attempts" />}
      empty="No attempt yet. Start one of your assignments; it appears here when it has ended."
    >
      {({ data }) => (
        <AttemptsTable
          name="Last attempts"
          caption="Your last five attempts, the newest first"
          rows={data}
          links={links}
        />
      )}
    </Card>
  );
}
