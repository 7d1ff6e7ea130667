import type { MetabaseVariable, Question } from "./question.ts";

const TAG_TYPES = { Text: "text", Number: "number", Date: "date" } as const;
const PARAMETER_TYPES = { Text: "string/=", Number: "number/=", Date: "date/single" } as const;

/** An id that is the same in each run, so that references to it stay valid. */
export async function stableId(name: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`freshet:${name}`)));
  const hex = Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The target of a parameter: the SQL's variable. */
function targetOf(name: string): unknown {
  return ["variable", ["template-tag", name]];
}

function words(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function defaultOf({ type, given }: MetabaseVariable): string | number | undefined {
  if (given === "required" || given === "optional") return undefined;
  return type === "Number" ? Number(given) : given;
}

/** The body of POST /api/card: native SQL with template tags, and a parameter for each. */
export async function cardOf(
  question: Question,
  { database_id, collection_id }: { readonly database_id: number; readonly collection_id: number },
): Promise<Record<string, unknown>> {
  const variables = await Promise.all(question.variables.map(async (variable) => {
    const fallback = defaultOf(variable);
    return {
      ...variable,
      id: await stableId(`${question.title}:${variable.name}`),
      // Metabase never prompts for a variable with a default; a required one needs a default or a value.
      default: fallback === undefined ? {} : { default: fallback },
      required: variable.given !== "optional",
    };
  }));
  return {
    name: question.title,
    description: "From packs/training/bi/metabase, read as reporting_user.",
    type: "question",
    collection_id,
    display: question.chart.display,
    visualization_settings: question.chart.settings,
    dataset_query: {
      type: "native",
      database: database_id,
      native: {
        query: question.sql,
        "template-tags": Object.fromEntries(variables.map((variable) => [variable.name, {
          id: variable.id,
          name: variable.name,
          "display-name": words(variable.name),
          type: TAG_TYPES[variable.type],
          required: variable.required,
          ...variable.default,
        }])),
      },
    },
    parameters: variables.map((variable) => ({
      id: variable.id,
      type: PARAMETER_TYPES[variable.type],
      target: targetOf(variable.name),
      name: words(variable.name),
      slug: variable.name,
      ...variable.default,
    })),
  };
}

/** The dashboard filter for a variable of its questions. */
export async function filterOf(
  variable: MetabaseVariable,
  { dashboard, fallback }: { readonly dashboard: string; readonly fallback: string | null },
): Promise<{ readonly id: string; readonly slug: string }> {
  const first = variable.name === "organisation" ? fallback ?? undefined : defaultOf(variable);
  return {
    id: (await stableId(`${dashboard}:${variable.name}`)).slice(0, 8),
    slug: variable.name,
    ...{ name: words(variable.name), type: PARAMETER_TYPES[variable.type] },
    ...{ sectionId: variable.type === "Text" ? "string" : variable.type.toLowerCase() },
    ...(first === undefined ? {} : { default: variable.type === "Date" ? first : [first] }),
  };
}

export function mappingOf(
  filter: { readonly id: string; readonly slug: string },
  card_id: number,
): Record<string, unknown> {
  return { parameter_id: filter.id, card_id, target: targetOf(filter.slug) };
}
