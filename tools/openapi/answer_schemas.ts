import { fullName, type Resource } from "../../shared/resource/resource.ts";
import type { Pivot } from "../../shared/resource/definition.ts";
import { type Json, ref } from "./json.ts";
import { jsonSchemaOf } from "./json_schema.ts";
import { wordOf } from "./names.ts";

type Comments = ReadonlyMap<string, string>;
type Columns = Readonly<Record<string, Json>>;

/** The schemas of a resource: its row (or its table, if it is pivoted) and its answer. */
export function answerSchemas(resource: Resource, comments: Comments): Readonly<Record<string, Json>> {
  const word = wordOf(resource);
  const columns = columnsOf(resource, comments);
  const { pivot } = resource;
  const description = commentOn(resource, comments) ?? resource.summary;
  const one = pivot === undefined ? strictObject(columns) : tableOf(columns, pivot);
  const [name, data] = pivot === undefined
    ? [`${word}Row`, { type: "array", items: ref("schemas", `${word}Row`) }]
    : [`${word}Table`, ref("schemas", `${word}Table`)];
  return {
    [name]: { ...one, description },
    [`${word}Answer`]: strictObject({ data, meta: metaOf(resource) }),
  };
}

/** The SQL comment of the rows, or of one column: from the view that adds names, otherwise from the stored view. */
export function commentOn(
  { through, reading, view }: Resource,
  comments: Comments,
  column?: string,
): string | undefined {
  const relations = [through, reading === undefined ? view : `${reading}_row`].filter((name) => name !== undefined);
  const said = relations.map((name) => comments.get(column === undefined ? name : `${name}.${column}`));
  return said.find((text) => text !== undefined);
}

/** The schemas of the columns, with their SQL comments. */
function columnsOf(resource: Resource, comments: Comments): Columns {
  return Object.fromEntries(resource.columns.map((name) => {
    const column = resource.row.shape[name];
    if (column === undefined) throw new Error(`${fullName(resource)} has no column ${name}`);
    const description = commentOn(resource, comments, name);
    return [name, { ...jsonSchemaOf(column), ...(description === undefined ? {} : { description }) }];
  }));
}

/** The body of a pivoted resource, see shared/read/pivot_rows.ts. */
function tableOf(columns: Columns, pivot: Pivot): Json {
  const pick = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, columns[name] ?? {}]));
  const at = { type: "integer", minimum: 0, description: "The cell's place among `columns`." };
  return strictObject({
    columns: {
      type: "array",
      items: columns[pivot.columns] ?? {},
      description: `The values of \`${pivot.columns}\` that occur, in order.`,
    },
    rows: {
      type: "array",
      items: strictObject({
        ...pick(pivot.rows),
        cells: { type: "array", items: strictObject({ at, ...pick(pivot.cells) }) },
      }),
    },
  });
}

const moment = { type: ["string", "null"], format: "date-time" };

/** Members of `meta` if the answer is not paged. */
const LENGTH = {
  is_truncated: { type: "boolean", description: "Whether there are more rows than in this answer." },
  total_count: { type: "integer", minimum: 0, description: "The number of all rows." },
};

/** The member `meta` of an answer, see shared/read/renderer.ts. */
function metaOf(resource: Resource): Json {
  const meta = strictObject({
    resource: { const: fullName(resource) },
    as_of: { ...moment, description: "When the rows were computed." },
    source_as_of: { ...moment, description: "The time of the newest source row at that moment." },
    version: {
      type: "integer",
      minimum: 0,
      description:
        "Rises when the rows are recomputed; of some views, in answers about one organisation, only when its rows change.",
    },
    row_count: { type: "integer", minimum: 0 },
    ...(resource.cursor === undefined ? LENGTH : {
      next_cursor: { type: ["string", "null"], description: "Where the next page begins; null on the last." },
    }),
    ...(resource.minimum_sample === null ? {} : {
      withheld_count: {
        type: "integer",
        minimum: 0,
        description: "Requested rows, on all pages, that are withheld because their sample is too small.",
      },
    }),
  });
  const description = `The number of rows on all pages, if \`${resource.total}\` is true.`;
  const counted = resource.cursor === undefined || resource.total === undefined
    ? {}
    : { total_count: { type: "integer", minimum: 0, description } };
  return { ...meta, properties: { ...meta.properties, ...counted } };
}

/** An object with exactly these properties. */
export function strictObject(properties: Readonly<Record<string, Json>>) {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}
