import { createContext, type ReactNode, useContext, useMemo } from "react";
import {
  type CatalogEntry,
  type Client,
  createBareClient,
  createCataloguer,
  createExporter,
  createRefresher,
  type Endpoint,
  type Exporter,
  type Refresher,
} from "../../shared/client/mod.ts";

export interface Api {
  readonly client: Client;
  /** Where the API is, for a client of its own. */
  readonly reach: Endpoint;
  readonly exporter: Exporter;
  /** Null for a person who may not refresh views. */
  readonly refresher: Refresher | null;
  /** Read once, when it is asked for. */
  catalog(): Promise<readonly CatalogEntry[]>;
  /** Called when the API takes the token for invalid. */
  onExpired(): void;
}

const ApiContext = createContext<Api | null>(null);

export interface ApiOptions {
  readonly url: string;
  readonly key: string;
  /** Whether the person is an administrator of the platform. It only chooses what is shown: the API decides. */
  readonly is_operator: boolean;
  token(): Promise<string | null>;
  onExpired(): void;
}

/** The API ends its own work sooner: what lasts longer has been lost on the way. */
export const LONGEST_ANSWER_MS = 30_000;

/**
 * Rows of a person do not stay in the browser's cache, where the next person at the same device has them. An answer that
 * does not end is given up, or its card would wait for it for ever.
 */
export const unkept: typeof fetch = (input, init) => {
  const deadline = AbortSignal.timeout(LONGEST_ANSWER_MS);
  const signal = init?.signal == null ? deadline : AbortSignal.any([init.signal, deadline]);
  return fetch(input, { ...init, signal, cache: "no-store" });
};

/** Gives the pages below it one client, which carries the token of the session. */
export function ApiProvider({ options, children }: { readonly options: ApiOptions; readonly children: ReactNode }) {
  const api = useMemo(() => {
    const { url, key } = options;
    // A page says within seconds that the API is out, and goes on asking by itself.
    const reach = { url, key, token: () => options.token(), fetch: unkept, retries: 1, longest_wait_seconds: 3 };
    const readCatalog = createCataloguer(reach);
    let catalog: Promise<readonly CatalogEntry[]> | null = null;
    return {
      client: createBareClient(reach),
      reach: { url, key, token: reach.token, fetch: unkept },
      exporter: createExporter(reach),
      refresher: options.is_operator ? createRefresher(reach) : null,
      catalog: () =>
        catalog ??= readCatalog().catch((error) => {
          catalog = null;
          throw error;
        }),
      onExpired: () => options.onExpired(),
    };
  }, [options]);
  return <ApiContext.Provider value={api}>{children}</ApiContext.Provider>;
}

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (api === null) throw new Error("useApi() is called outside of <ApiProvider>");
  return api;
}
