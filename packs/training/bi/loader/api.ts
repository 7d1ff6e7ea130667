import { z } from "zod";
import { MetabaseError } from "./metabase_error.ts";

const item = z.object({ id: z.int(), name: z.string() });
const database = z.object({ id: z.int(), name: z.string(), engine: z.string() });
const collection = z.object({
  // The root collection's id is the word "root".
  id: z.union([z.int(), z.string()]),
  name: z.string(),
  archived: z.boolean().nullish(),
});
const dashcard = z.looseObject({ id: z.int(), card_id: z.int().nullish() });
const parameter = z.looseObject({ id: z.string(), slug: z.string() });

export type Item = z.output<typeof item>;
export type Dashcard = z.output<typeof dashcard>;
export type Parameter = z.output<typeof parameter>;

export const shapes = {
  databases: z.object({ data: z.array(database) }),
  collections: z.array(collection),
  items: z.object({ data: z.array(z.object({ id: z.int(), name: z.string(), model: z.string() })) }),
  item,
  dashboard: z.object({ id: z.int(), dashcards: z.array(dashcard), parameters: z.array(parameter).nullish() }),
} as const;

interface Call<Schema extends z.ZodType> {
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly body?: unknown;
  readonly output: Schema;
}

/** Calls Metabase's API. @throws MetabaseError if the answer is not the one that its documentation describes. */
export type Metabase = <Schema extends z.ZodType>(call: Call<Schema>) => Promise<z.output<Schema>>;

const REMEDIES: Readonly<Record<number, string>> = {
  401: "check METABASE_API_KEY",
  403: "give the group of the API key the right to write SQL and to edit the collection",
  404: "check --url, and that this Metabase has API keys (version 49 or later)",
};

export function createMetabase(
  { url, key }: { readonly url: string; readonly key: string },
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Metabase {
  return async ({ method, path, body, output }) => {
    const where = `${method} ${path.split("?")[0]}`;
    const answer = await fetch(`${url}/api${path}`, {
      method,
      headers: { "x-api-key": key, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A redirect would send the key to another host.
      redirect: "manual",
      signal: AbortSignal.timeout(30_000),
    }).catch((error: unknown) => {
      throw new MetabaseError(
        `${url} does not answer (${error instanceof Error ? error.name : "unknown"})`,
        "check --url and that Metabase runs",
      );
    });
    const text = await answer.text();
    if (!answer.ok) {
      throw new MetabaseError(
        `${where} answered ${answer.status}: ${text.replaceAll(/\s+/g, " ").slice(0, 300)}`,
        REMEDIES[answer.status] ?? "compare with the API documentation of this version of Metabase",
      );
    }
    const read = output.safeParse(parseJson(text));
    if (read.success) return read.data;
    const at = read.error.issues[0]?.path.join(".") || "the top";
    throw new MetabaseError(
      `${where} answered in an unknown shape, at ${at}`,
      "compare with the API documentation of this version of Metabase",
    );
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
