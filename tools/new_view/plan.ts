import type { NewView, Wanted } from "./names.ts";
import type { ColumnShape, Kind, TableShape } from "./table.ts";

/** What a view over one table groups by, takes days of, and averages. At least one of the first two is there. */
export interface Plan {
  readonly names: NewView;
  readonly table: TableShape;
  readonly by: ColumnShape | null;
  readonly at: ColumnShape | null;
  readonly of: ColumnShape | null;
  readonly is_incremental: boolean;
}

const GROUPS: readonly Kind[] = ["uuid", "text", "int", "enum"];
const MOMENTS: readonly Kind[] = ["timestamptz", "timestamp", "date"];
const MEASURES: readonly Kind[] = ["numeric", "int", "float"];

/** Takes the columns that are named, and for those that are not the first that does. @throws Error with the remedy */
export function planView(wanted: Wanted, table: TableShape): Plan {
  const by = named(table, "by", wanted.by, GROUPS) ?? groupOf(table);
  const at = named(table, "at", wanted.at, MOMENTS) ?? momentOf(table);
  const of = named(table, "of", wanted.of, MEASURES) ?? measureOf(table, by);
  if (by === null && at === null) {
    throw new Error(`${table.name} has no column to group by and none with a moment: name one, --by or --at`);
  }
  const { pack, view, resource, stem, constant } = wanted;
  const plan: Plan = {
    names: { pack, view, resource, stem, constant },
    table,
    by,
    at,
    of,
    is_incremental: wanted.is_incremental,
  };
  const columns = viewColumns(plan);
  const twice = columns.find((name, place) => columns.indexOf(name) !== place);
  if (twice !== undefined) {
    throw new Error(`The view would have two columns "${twice}": name another column to group by, --by`);
  }
  return plan;
}

function named(table: TableShape, option: string, name: string | null, kinds: readonly Kind[]): ColumnShape | null {
  if (name === null) return null;
  const column = table.columns.find((one) => one.name === name);
  const fit = table.columns.filter(({ kind }) => kinds.includes(kind)).map((one) => one.name);
  if (column !== undefined && kinds.includes(column.kind)) return column;
  const fault = column === undefined ? "is no column of" : `is of type ${column.type}, which does not do, in`;
  throw new Error(`--${option} "${name}" ${fault} ${table.name}: choose from ${fit.join(", ") || "none"}`);
}

/** What refers to another table is what rows belong to; a word of a closed list comes next. */
function groupOf({ columns }: TableShape): ColumnShape | null {
  const fit = columns.filter(({ kind }) => GROUPS.includes(kind));
  return fit.find(({ refers_to }) => refers_to !== null) ?? fit.find(({ kind }) => kind === "enum") ?? null;
}

function momentOf({ columns }: TableShape): ColumnShape | null {
  const fit = columns.filter(({ kind }) => MOMENTS.includes(kind));
  return fit.find(({ name }) => /^created_?at$/i.test(name)) ?? fit.find((one) => !one.is_nullable) ?? fit[0] ?? null;
}

function measureOf({ columns }: TableShape, by: ColumnShape | null): ColumnShape | null {
  const fit = columns.filter((one) =>
    MEASURES.includes(one.kind) && !one.is_key && one.refers_to === null && one !== by
  );
  return fit.find(({ kind }) => kind !== "int") ?? fit[0] ?? null;
}

/** The name of a column in the view: "userId" is user_id there. */
export function snake(name: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
  const plain = words.replaceAll(/^_+|_+$/g, "");
  return /^[a-z]/.test(plain) ? plain : `c_${plain}`;
}

/** The view's columns in order: key, day, count, average. */
export function viewColumns({ by, at, of }: Plan): readonly string[] {
  return [
    ...(by === null ? [] : [snake(by.name)]),
    ...(at === null ? [] : ["day"]),
    "sample_count",
    ...(of === null ? [] : [`avg_${snake(of.name)}`]),
  ];
}

/** Whether a question names one value of the column to group by; then an answer has one row for each day. */
export function namesGroup({ by, at }: Plan): boolean {
  return by !== null && at !== null && by.kind !== "int";
}

/** One sentence about the view: "Rows of public.orders by team_id and UTC day". */
export function describe({ table, by, at }: Plan): string {
  const parts = [...(by === null ? [] : [snake(by.name)]), ...(at === null ? [] : ["UTC day"])];
  return `Rows of ${table.name} by ${parts.join(" and ")}`;
}
