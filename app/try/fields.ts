import type { CatalogEntry } from "../../shared/client/mod.ts";
import type { Claims } from "../session/claims.ts";

/** A parameter of a resource, as a control of a form. */
export interface Field {
  readonly name: string;
  readonly kind: "choice" | "number" | "day" | "month" | "text";
  readonly is_required: boolean;
  /** What it does, in a sentence. */
  readonly description: string;
  /** The API's default; null if there is none. */
  readonly otherwise: string | null;
  /** Of a choice: its words. */
  readonly options: readonly string[];
  readonly min: number | null;
  readonly max: number | null;
  readonly longest: number | null;
}

interface Schema {
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly default?: string;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

/** The controls for the parameters of a resource, required ones first, and for the format if there is more than one. */
export function fieldsOf({ params, formats }: CatalogEntry): Field[] {
  const { properties = {}, required = [] } = params as {
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly required?: readonly string[];
  };
  const fields = Object.entries(properties).map(([name, schema]) => fieldOf(name, schema, required.includes(name)));
  const format = fieldOf("format", { enum: formats, default: "json", description: "The format of the answer." }, false);
  const sorted = fields.toSorted((left, right) => Number(right.is_required) - Number(left.is_required));
  return formats.length > 1 ? [...sorted, format] : sorted;
}

function fieldOf(name: string, schema: Schema, is_required: boolean): Field {
  return {
    name,
    kind: kindOf(schema),
    is_required,
    description: (schema.description ?? "").replaceAll("`", ""),
    otherwise: schema.default ?? null,
    options: schema.enum ?? [],
    min: schema.minimum ?? null,
    max: schema.maximum ?? null,
    longest: schema.maxLength ?? null,
  };
}

function kindOf({ enum: words, format, pattern, minimum }: Schema): Field["kind"] {
  if (words !== undefined) return "choice";
  if (minimum !== undefined) return "number";
  if (format === "date") return "day";
  // The API's months are years and months, 1970-01 to 9999-12.
  return pattern?.endsWith("-(?:0[1-9]|1[0-2])$") === true ? "month" : "text";
}

/**
 * Whether the API can answer a resource to somebody with these claims. It only chooses what is offered: the API decides
 * at each request, and says which role it takes.
 */
export function mayAsk({ access, roles }: CatalogEntry, { is_admin, org_id, org_role }: Claims): boolean {
  switch (access) {
    case "public":
    case "person":
    case "user":
      return true;
    case "org":
      return is_admin || org_id !== null;
    case "member": {
      const rows = roles ?? {};
      if (is_admin && Object.values(rows).includes("org")) return true;
      return org_id !== null && org_role !== null && Object.hasOwn(rows, org_role);
    }
    default:
      // Of administrators; and "service", which takes a secret key that no page has.
      return access === "admin" && is_admin;
  }
}

/** Whether a resource has all words of a search in its name or summary. */
export function isFound({ resource, summary }: CatalogEntry, search: string): boolean {
  const text = `${resource} ${summary}`.toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
