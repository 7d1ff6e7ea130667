import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import type { AnswerOf } from "../../../../shared/client/mod.ts";

/** In the place of what is one agent's own. */
export function NoAgent({ resource, is_admin }: {
  readonly resource: Resource<AnswerOf<"arena/agents">>;
  readonly is_admin: boolean;
}) {
  return (
    <Card
      title="One agent"
      size="wide"
      resource={resource}
      isEmpty={() => true}
      empty={is_admin
        ? "Name an agent by its id above, to see its place, its progress and its weaknesses."
        : "No agent is yours. Own places, progress and weaknesses appear here when an agent has you as its owner."}
    >
      {() => null}
    </Card>
  );
}
