import { createContext, type ReactNode, useContext, useMemo } from "react";
import { type Client, createBareClient } from "../../shared/client/mod.ts";

export interface Api {
  readonly client: Client;
  /** Called when the API takes the token for invalid. */
  onExpired(): void;
}

const ApiContext = createContext<Api | null>(null);

export interface ApiOptions {
  readonly url: string;
  readonly key: string;
  token(): Promise<string | null>;
  onExpired(): void;
}

/** Gives the pages below it one client, which carries the token of the session. */
export function ApiProvider({ options, children }: { readonly options: ApiOptions; readonly children: ReactNode }) {
  const api = useMemo(() => {
    const { url, key } = options;
    // A page says within seconds that the API is out, and goes on asking by itself.
    const client = createBareClient({ url, key, token: () => options.token(), retries: 1, longest_wait_seconds: 3 });
    return { client, onExpired: () => options.onExpired() };
  }, [options]);
  return <ApiContext.Provider value={api}>{children}</ApiContext.Provider>;
}

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (api === null) throw new Error("useApi() is called outside of <ApiProvider>");
  return api;
}
