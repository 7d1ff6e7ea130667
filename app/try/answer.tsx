import { Table } from "../cards/table.tsx";
import { setFilters } from "../frame/location.ts";
import { counted, number } from "../words/numbers.ts";
import type { Reply } from "./ask.ts";
import { PREFIX } from "./form.tsx";

/** Of a cell; the text below has all of it. */
const MOST_LETTERS = 2_000;

/** What the API answered: status, rows or text, headers. */
export function AnswerView({ reply, columns, has_cursor }: {
  readonly reply: Reply;
  readonly columns: readonly string[];
  readonly has_cursor: boolean;
}) {
  const { status, milliseconds, headers, body, answer, failure } = reply;
  const { next_cursor } = (answer?.meta ?? {}) as { readonly next_cursor?: string | null };
  return (
    <>
      <p role="status" className="try-status">
        <span className={`badge ${status >= 200 && status < 300 ? "completed" : "overdue"}`}>
          {status === 0 ? "No answer" : status}
        </span>{" "}
        in {number(milliseconds, 0)} ms{status !== 0 && `, ${number(new Blob([body]).size, 0)} bytes`}
        {answer !== null && `. ${lengthOf(answer)}`}
      </p>
      {failure !== null && (
        <div role="alert" className="problem">
          <p>
            <strong>{failure.code}</strong> {failure.detail}
          </p>
          {failure.retry_after_seconds !== null && (
            <p>Ask again in {counted(failure.retry_after_seconds, "second")}.</p>
          )}
          {failure.request_id !== null && <p>Request {failure.request_id}</p>}
        </div>
      )}
      {answer !== null && <Rows data={answer.data} columns={columns} />}
      {has_cursor && next_cursor != null && (
        <p className="no-print">
          <button type="button" onClick={() => setFilters({ [`${PREFIX}cursor`]: next_cursor })}>
            Take next_cursor as cursor
          </button>
        </p>
      )}
      {body !== "" && (
        <details open={answer === null || !isRows(answer.data)}>
          <summary>The answer as text</summary>
          <pre className="scrolls" tabIndex={0} role="region" aria-label="The answer as text">
            <code>{answer === null && failure === null ? body : indented(body)}</code>
          </pre>
        </details>
      )}
      {headers.length > 0 && (
        <details open>
          <summary>{counted(headers.length, "header")} that a page may read</summary>
          <div className="scrolls" tabIndex={0} role="region" aria-label="Headers of the answer">
            <table>
              <thead>
                <tr>
                  <th scope="col">Header</th>
                  <th scope="col">Value</th>
                </tr>
              </thead>
              <tbody>
                {headers.map(([name, value]) => (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    <td>
                      <code>{value}</code>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </>
  );
}

function Rows({ data, columns }: { readonly data: unknown; readonly columns: readonly string[] }) {
  if (!isRows(data)) return null;
  if (data.length === 0) return <p className="quiet">No row matches.</p>;
  return (
    <Table
      name="Rows of the answer"
      caption="Rows of the answer, in its order"
      columns={columns.map((title) => ({ title }))}
      rows={[...data.entries()]}
    >
      {([index, row]) => (
        <tr key={index}>
          {columns.map((column) => (
            <td key={column} className={typeof row[column] === "number" ? "figure" : ""}>{written(row[column])}</td>
          ))}
        </tr>
      )}
    </Table>
  );
}

function isRows(data: unknown): data is readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(data) && data.every((row) => typeof row === "object" && row !== null && !Array.isArray(row));
}

/** As the API writes it: the table is of its figures, not of a reader's. */
function written(value: unknown): string {
  if (value === null || value === undefined) return "null";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  if (text.length <= MOST_LETTERS) return text;
  return `${text.slice(0, MOST_LETTERS)}… (${counted(text.length, "letter")}, the text has all)`;
}

function lengthOf({ meta }: NonNullable<Reply["answer"]>): string {
  const { row_count, is_truncated, total_count, withheld_count } = meta as {
    readonly row_count?: number;
    readonly is_truncated?: boolean;
    readonly total_count?: number | null;
    readonly withheld_count?: number | null;
  };
  if (row_count === undefined) return "";
  const withheld = withheld_count == null || withheld_count === 0 ? "" : ` ${counted(withheld_count, "row")} withheld.`;
  if (is_truncated !== true) return `${counted(row_count, "row")}.${withheld}`;
  return `Not all: ${number(row_count, 0)} of ${number(total_count ?? null, 0)} rows.${withheld}`;
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
