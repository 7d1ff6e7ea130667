import { useResource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import type { PageProps } from "../../../../app/frame/pages.ts";
import { linkTo } from "../../../../app/session/settings.ts";
import { day, duration, number, percent } from "../../../../app/words/numbers.ts";
import { Table } from "../../../../app/cards/table.tsx";
import { Rest } from "../../../../app/cards/rest.tsx";

/** How far the learner has come in each material. */
export function Materials({ title, topic_id, user_id, links, empty }: Pick<PageProps, "links"> & {
  readonly title: string;
  /** Undefined for those of all topics. */
  readonly topic_id?: string | undefined;
  readonly user_id: string | undefined;
  readonly empty: string;
}) {
  const resource = useResource("study/materials/progress", { user_id, topic_id, limit: 20, total: true });
  return (
    <Card
      title={title}
      size="wide"
      resource={resource}
      says_rest
      tools={
        <ExportButton name="study/materials/progress" filters={{ user_id, topic_id }} of={`the rows of ${title}`} />
      }
      empty={empty}
    >
      {({ data, meta }) => (
        <>
          <Table
            name={title}
            caption="Materials, the last read first"
            columns={[
              { title: "Material" },
              { title: "Progress" },
              { title: "Read", is_figure: true },
              { title: "Reading time", is_figure: true },
              { title: "Opened", is_figure: true },
              { title: "Last read" },
              { title: "Completed" },
            ]}
            rows={data}
          >
            {(row) => {
              const href = linkTo(links["material"], { material_id: row.material_id });
              return (
                <tr key={row.material_id}>
                  <th scope="row">{href === null ? row.title : <a href={href}>{row.title}</a>}</th>
                  <td>
                    <meter min={0} max={1} value={row.progress_rate} aria-label={`Progress in ${row.title}`}>
                      {percent(row.progress_rate)}
                    </meter>
                  </td>
                  <td className="figure">{percent(row.progress_rate)}</td>
                  <td className="figure">{duration(row.reading_seconds)}</td>
                  <td className="figure">{number(row.opens_count, 0)} ×</td>
                  <td>{day(row.last_at)}</td>
                  <td>
                    {row.completed_at === null
                      ? <span className="quiet">not yet</span>
                      : <span className="badge completed">{day(row.completed_at)}</span>}
                  </td>
                </tr>
              );
            }}
          </Table>
          <Rest shown={data.length} of="material" total={meta.total_count} />
        </>
      )}
    </Card>
  );
}
