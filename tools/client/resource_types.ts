import { z } from "zod";
import { fullName, type Resource } from "../../shared/resource/resource.ts";
import { jsonSchemaOf, parameterSchemaOf } from "../openapi/json_schema.ts";
import { wordOf } from "../openapi/names.ts";
import { tsTypeOf } from "./ts_type.ts";

/** The SQL comments of views and columns, see tools/openapi/column_comments.ts. */
export type Comments = ReadonlyMap<string, string>;

/** The interfaces of one resource: its parameters, and its row or its table. */
export function resourceTypes(resource: Resource, commentOf: (column: string) => string | undefined): string[] {
  const word = wordOf(resource);
  const params = Object.entries(resource.params.shape).map(([name, schema]) => {
    const type = tsTypeOf(parameterSchemaOf(schema));
    return z.safeParse(schema, undefined).success ? `${name}?: ${type} | undefined` : `${name}: ${type}`;
  });
  return [
    ...interfaceOf(`${word}Params`, `Parameters of ${fullName(resource)}.`, params.map((line) => [line])),
    ...dataTypes(resource, commentOf),
  ];
}

function dataTypes(resource: Resource, commentOf: (column: string) => string | undefined): string[] {
  const { pivot, summary } = resource;
  const word = wordOf(resource);
  const typeOf = (name: string) => tsTypeOf(jsonSchemaOf(resource.row.shape[name] ?? z.never()));
  const lines = (names: readonly string[]) => names.map((name): Line => [`${name}: ${typeOf(name)}`, commentOf(name)]);
  if (pivot === undefined) return interfaceOf(`${word}Row`, `A row of: ${summary}.`, lines(resource.columns));
  return [
    ...interfaceOf(`${word}Cell`, `A cell of ${word}Table.`, [
      ["at: number", "Its place among `columns`."],
      ...lines(pivot.cells),
    ]),
    ...interfaceOf(`${word}TableRow`, `A row of ${word}Table.`, [...lines(pivot.rows), [
      `cells: readonly ${word}Cell[]`,
    ]]),
    ...interfaceOf(`${word}Table`, `${summary}.`, [
      [`columns: readonly ${typeOf(pivot.columns)}[]`, commentOf(pivot.columns)],
      [`rows: readonly ${word}TableRow[]`],
    ]),
  ];
}

type Line = readonly [property: string, comment?: string | undefined];

function interfaceOf(name: string, comment: string, lines: readonly Line[]): string[] {
  const properties = lines.flatMap(([property, about]) => [
    ...(about === undefined ? [] : [`  /** ${about.replaceAll("*/", "*\\/")} */`]),
    `  readonly ${property};`,
  ]);
  const body = properties.length === 0 ? [`export type ${name} = Readonly<Record<string, never>>;`] : [
    `export interface ${name} {`,
    ...properties,
    "}",
  ];
  return ["", `/** ${comment} */`, ...body];
}
