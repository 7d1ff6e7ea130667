import type { ReactNode } from "react";
import { type Column, Table } from "../../../../app/cards/table.tsx";
import type { PageProps } from "../../../../app/frame/pages.ts";
import { day, duration, number } from "../../../../app/words/numbers.ts";
import { Feedback } from "./feedback.tsx";

/** What every resource of attempts says of one. */
interface Attempt {
  readonly attempt_id: string;
  readonly started_at: string;
  readonly started_on: string;
  readonly scenario_title: string | null;
  readonly score: number | null;
  readonly duration_seconds: number | null;
  readonly feedback_id: string | null;
}

interface Props<Row extends Attempt> extends Pick<PageProps, "links"> {
  readonly name: string;
  /** Which attempts these are, and in which order. */
  readonly caption: string;
  readonly rows: readonly Row[];
  /** Whose an attempt is; left out where all are one's own. */
  readonly person?: (row: Row) => ReactNode;
  /** Left out where all are completed. */
  readonly status?: (row: Row) => string;
}

export function AttemptsTable<Row extends Attempt>({ name, caption, rows, person, status, links }: Props<Row>) {
  const columns: Column[] = [
    { title: "Day" },
    ...(person === undefined ? [] : [{ title: "Person" }]),
    { title: "Scenario" },
    ...(status === undefined ? [] : [{ title: "State" }]),
    { title: "Score", is_figure: true },
    { title: "Duration", is_figure: true },
    { title: "Feedback" },
  ];
  return (
    <Table name={name} caption={caption} columns={columns} rows={rows}>
      {(row) => (
        <tr key={row.attempt_id}>
          <td>
            <time dateTime={row.started_at}>{day(row.started_on)}</time>
          </td>
          {person !== undefined && <td>{person(row)}</td>}
          <th scope="row">{row.scenario_title ?? "A scenario that was removed"}</th>
          {status !== undefined && <td>{status(row)}</td>}
          <td className="figure">{number(row.score)}</td>
          <td className="figure">{duration(row.duration_seconds)}</td>
          <td>
            <Feedback id={row.feedback_id} about={row.scenario_title ?? day(row.started_on)} links={links} />
          </td>
        </tr>
      )}
    </Table>
  );
}
