import {
  createBareClient,
  type Endpoint,
  FreshetError,
  type Meta,
  type ResourceName,
} from "../../shared/client/mod.ts";

/** What came back, as the browser saw it. */
export interface Reply {
  /** 0 without an answer. */
  readonly status: number;
  /** Until the last byte. */
  readonly milliseconds: number;
  /** Those that the API lets a page read, by name. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Null for a CSV file, and for a failure. */
  readonly answer: { readonly data: unknown; readonly meta: Partial<Meta> } | null;
  readonly failure: FreshetError | null;
}

/**
 * Asks once, through the client: nothing is kept, and nothing is tried again.
 *
 * @throws the signal's reason when it aborts
 */
export async function ask(
  reach: Endpoint,
  resource: string,
  values: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Reply> {
  const started = performance.now();
  let seen: Pick<Reply, "status" | "milliseconds" | "headers" | "body"> = {
    status: 0,
    milliseconds: 0,
    headers: [],
    body: "",
  };
  const watched: typeof fetch = async (input, init) => {
    const response = await (reach.fetch ?? fetch)(input, init);
    const body = await response.clone().text();
    const headers = [...response.headers].toSorted(([left], [right]) => left < right ? -1 : 1);
    seen = { status: response.status, milliseconds: performance.now() - started, headers, body };
    return response;
  };
  const client = createBareClient({ ...reach, fetch: watched, retries: 0, most_kept: 0 });
  const { format, ...params } = values;
  const asked = [resource as ResourceName, params, { signal }] as unknown as Parameters<typeof client.csv>;
  try {
    if (format === "csv") {
      await client.csv(...asked);
      return { ...seen, answer: null, failure: null };
    }
    const { data, meta } = await client.get(...asked);
    return { ...seen, answer: { data, meta }, failure: null };
  } catch (failure) {
    if (!(failure instanceof FreshetError)) throw failure;
    return { ...seen, milliseconds: performance.now() - started, answer: null, failure };
  }
}
