import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { setFilters } from "../../../../app/frame/location.ts";
import { day, number, percent } from "../../../../app/words/numbers.ts";
import type { AnswerOf, ExportFilters } from "../../../../shared/client/mod.ts";
import { Table } from "../../../../app/cards/table.tsx";
import { TermBar, TermLegend } from "../parts/term_bar.tsx";
import { MASTERY_TERMS } from "./term_names.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"study/mastery">>;
  /** The id of the topic that the cards below are about. */
  readonly chosen: string | null;
  readonly filters: ExportFilters<"study/mastery">;
}

export function Mastery({ resource, chosen, filters }: Props) {
  return (
    <Card
      title="Mastery by topic"
      size="wide"
      resource={resource}
      tools={<ExportButton name="study/mastery" filters={filters} of="the mastery of all topics" />}
      empty="No topic is begun yet. The first answer or the first reading opens a topic, within a minute."
    >
      {({ data }) => (
        <>
          <Table
            name="Mastery by topic"
            caption="Topics, the weakest first, with the terms of their mastery"
            columns={[
              { title: "Topic" },
              { title: "Mastery", is_figure: true },
              { title: "Its terms" },
              ...MASTERY_TERMS.map(({ name }) => ({ title: name, is_figure: true })),
              { title: "Answers", is_figure: true },
              { title: "Last answered" },
            ]}
            rows={data}
          >
            {(row) => (
              <tr key={row.topic_id}>
                <th scope="row">
                  <button
                    type="button"
                    className="plain"
                    aria-pressed={row.topic_id === chosen}
                    onClick={() => setFilters({ topic: row.topic_id })}
                  >
                    {row.topic_name}
                    <span className="sr-only">: how its mastery comes about</span>
                  </button>
                </th>
                <td className="figure">
                  <strong>{percent(row.mastery_score)}</strong>
                </td>
                <td>
                  <TermBar
                    most={1}
                    terms={MASTERY_TERMS.map((term) => ({ name: term.name, part: term.weight * term.of(row) }))}
                  />
                </td>
                {MASTERY_TERMS.map((term) => <td key={term.name} className="figure">{percent(term.of(row))}</td>)}
                <td className="figure">{number(row.attempts_count, 0)}</td>
                <td>{day(row.last_answered_at)}</td>
              </tr>
            )}
          </Table>
          <TermLegend names={MASTERY_TERMS.map(({ name, weight }) => `${name}, × ${number(weight)}`)} />
        </>
      )}
    </Card>
  );
}
