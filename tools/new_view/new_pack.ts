import { describe, type Plan, snake } from "./plan.ts";
import type { ColumnShape, TableShape } from "./table.ts";

/** What a pack needs beside its first view, by path below packs/<pack>; `tables` are the view's and, before it, those it refers to. */
export function packFiles(plan: Plan, tables: readonly TableShape[]): ReadonlyMap<string, string> {
  return new Map([
    ["README.md", readmeSource(plan)],
    ["verify.ts", verifySource(plan, tables)],
    [`tests/sql/${plan.names.view}/rows_are_counted_once_they_are_there.test.sql`, testSource(plan)],
  ]);
}

/** What only the pack's author can make up. */
export function unknownValues(tables: readonly TableShape[]): string[] {
  return tables.flatMap((table) => {
    const faults = requiredOf(table).filter((one) => one.kind === "other").map((one) =>
      `packs' verify.ts has no value for ${table.name}.${one.name} of type ${one.type}: write one there`
    );
    return keyOf(table) === null
      ? [
        ...faults,
        `${table.name} has no key that is a uuid or a text, so "deno task verify" cannot tell its own rows from others`,
      ]
      : faults;
  });
}

function readmeSource(plan: Plan): string {
  const { names: { pack, view, resource }, table } = plan;
  const title = pack.replaceAll("_", " ");
  return `# ${title[0]?.toUpperCase()}${title.slice(1)}

What the tables below say, by day and group.

## Tables

\`${table.name}\`.

## Views

| view in \`analytics\` | what it holds |
| --- | --- |
| \`${view}\` | ${describe(plan)}. |

## Resources

Each is a constant in [resources](resources); [the API](../../docs/api.md) has their parameters.

| path | answer | view or relation |
| --- | --- | --- |
| \`/${pack}/${resource}\` | ${describe(plan)} | \`${view}\` |

## Decisions

**${new Date().toISOString().slice(0, 10)}, for administrators at first.** Until its author decides who else may read
this pack, only administrators and the secret key do.
`;
}

function verifySource(plan: Plan, tables: readonly TableShape[]): string {
  const kinds = new Map(tables.map(({ name }, place) => [name, place + 1]));
  const needsMoment = tables.some((table) => requiredOf(table).some(({ kind }) => /^(?:date|timestamp)/.test(kind)));
  const needsText = tables.some((table) =>
    requiredOf(table).some(({ kind, name }) => kind === "text" && keyOf(table) !== name)
  );
  const { by } = plan;
  const last = tables.at(-1);
  const groups = by?.refers_to === null || by === null ? null : kinds.get(by.refers_to) ?? null;
  const traced = by?.kind === "uuid" && groups !== null;
  return `${
    needsMoment ? 'import { momentBefore } from "../../tools/verify/moment.ts";\n' : ""
  }import { type PackSubject${traced ? ", tracedBy" : ""} } from "../../tools/verify/subject.ts";

const PARENTS = 10;
${needsText ? 'const TEXT = "Synthetic row of a verification run";\n' : ""}
/** Ten rows of each table that others refer to, and many of ${last?.name}. */
export const subject: PackSubject = {
  pack: "${plan.names.pack}",
  tables: [
${tables.map((table) => tableSource(table, table === last, kinds)).join("\n")}
  ],
  views: [{ view: "${plan.names.view}", trace: ${traced ? `tracedBy("${snake(by.name)}")` : "null"} }],
};
`;
}

function tableSource(table: TableShape, isMany: boolean, kinds: ReadonlyMap<string, number>): string {
  const key = keyOf(table) ?? "id";
  const kind = kinds.get(table.name) ?? 0;
  const values = requiredOf(table).map((one) => `${JSON.stringify(one.name)}: ${valueOf(one, { key, kind, kinds })},`);
  const uses = values.join(" ");
  const parts = ["now", "id"].filter((name) => new RegExp(`\\b${name}\\b[,(]`).test(uses));
  return `    {
      name: ${JSON.stringify(table.name.replace(/^public\./, "").replaceAll('"', ""))},
      ${key === "id" ? "" : `key: ${JSON.stringify(key)},`}
      count: ${isMany ? '"rows"' : "PARENTS"},
      row: (${parts.length === 0 ? "_" : `{ ${parts.join(", ")} }`}, ${
    /\bnumber\b/.test(uses) ? "number" : "_number"
  }) => ({ ${uses} }),
    },`;
}

/** The column by which synthetic rows are found: the key, or what refers to a synthetic row. */
function keyOf(table: TableShape): string | null {
  const does = ({ kind }: ColumnShape): boolean => kind === "uuid" || kind === "text";
  const keys = table.columns.filter(({ is_key }) => is_key);
  const [only] = keys;
  if (keys.length === 1 && only !== undefined && does(only)) return only.name;
  return table.columns.find((one) => does(one) && !one.is_nullable && one.refers_to !== null)?.name ?? null;
}

/** What a row has to say: its key, and what takes no null and has no default. */
function requiredOf(table: TableShape): readonly ColumnShape[] {
  const key = keyOf(table);
  return table.columns.filter((one) => one.name === key || (!one.is_nullable && !one.is_given));
}

function valueOf(
  one: ColumnShape,
  at: { readonly key: string; readonly kind: number; readonly kinds: ReadonlyMap<string, number> },
): string {
  const parent = one.refers_to === null ? undefined : at.kinds.get(one.refers_to);
  if (parent !== undefined && one.kind === "uuid") return `id(${parent}, number % PARENTS)`;
  if (one.name === at.key) return `id(${at.kind}, number)`;
  switch (one.kind) {
    case "uuid":
      return `id(${at.kinds.size + 1}, number % PARENTS)`;
    case "text":
      return "TEXT";
    case "enum":
      return JSON.stringify(one.labels[0] ?? "");
    case "int":
    case "numeric":
    case "float":
      return "(number * 31) % 101";
    case "boolean":
      return "number % 2 === 0";
    case "date":
      return "momentBefore(now, { number, days: 182 }).slice(0, 10)";
    case "timestamp":
    case "timestamptz":
      return "momentBefore(now, { number, days: 182 })";
    default:
      return /json/.test(one.type) ? "{}" : '""';
  }
}

function testSource({ names: { view } }: Plan): string {
  return `begin;
select plan(2);

select is((analytics.refresh_view('${view}')).outcome, 'refreshed', 'the view is registered, and its first refresh fills it');
select is((select count(*)::integer from analytics.${view}), 0, 'no rows make no groups');

-- Then what only you can say: rows that you made up, and figures that you worked out by hand.
select * from finish();
rollback;
`;
}
