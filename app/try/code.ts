import type { Field } from "./fields.ts";

/** A request without its credentials. */
export interface Request {
  /** The project's URL. */
  readonly url: string;
  readonly key: string;
  /** Like acme/orders-by-day. */
  readonly resource: string;
  /** The parameters that are given, by their names. */
  readonly values: Readonly<Record<string, string>>;
}

/** For a shell in which TOKEN holds the access token. */
export function curlOf({ url, key, resource, values }: Request): string {
  const query = new URLSearchParams(values).toString();
  const address = `${url.replace(/\/+$/, "")}/functions/v1/analytics/${resource}${query === "" ? "" : `?${query}`}`;
  return [`curl ${quoted(address)}`, `  -H ${quoted(`apikey: ${key}`)}`, `  -H "Authorization: Bearer $TOKEN"`]
    .join(" \\\n");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The same with the typed client. */
export function callOf({ url, key, resource, values }: Request, fields: readonly Field[]): string {
  const { format, ...params } = values;
  const given = Object.entries(params).map(([name, value]) =>
    `${name}: ${literal(value, fields.find((field) => field.name === name))}`
  );
  const asked = given.length === 0 ? "" : `{ ${given.join(", ")} }`;
  const call = format === "csv"
    ? `const { text } = await freshet.csv(${JSON.stringify(resource)}${asked === "" ? "" : `, ${asked}`});`
    : `const { data, meta, freshness } = await freshet.${methodOf(resource)}(${asked});`;
  return [
    'import { createFreshet } from "freshet-client";',
    "",
    "const freshet = createFreshet({",
    `  url: ${JSON.stringify(url)},`,
    `  key: ${JSON.stringify(key)},`,
    "  token: () => token, // of the signed-in person",
    "});",
    call,
  ].join("\n");
}

/** The words of a path make the method: acme/orders/by-day is acme.ordersByDay. */
export function methodOf(resource: string): string {
  const [pack = "", ...path] = resource.split("/");
  const [first = "", ...rest] = path.join("-").split("-");
  return `${pack}.${first}${rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")}`;
}

/** The client takes numbers as numbers, and flags as flags. */
function literal(value: string, field: Field | undefined): string {
  const is_number = field?.kind === "number" && /^\d+$/.test(value);
  const is_flag = field?.options.join() === "true,false" && field.options.includes(value);
  return is_number || is_flag ? value : JSON.stringify(value);
}
