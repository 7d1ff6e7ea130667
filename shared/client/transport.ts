import { type Reply, replyOf, type Transport, unreachable } from "./reply.ts";

/** The part of a supabase-js client that is used: calls through it carry its key and the session's current token. */
export interface SupabaseClientLike {
  readonly functions: {
    invoke(
      name: string,
      options: {
        method: "GET" | "POST" | "DELETE";
        headers: Record<string, string>;
        body?: Record<string, unknown>;
        signal?: AbortSignal;
      },
    ): Promise<{ readonly data: unknown; readonly error: unknown; readonly response?: Response }>;
  };
}

export interface Endpoint {
  /** The project's URL, like https://<ref>.supabase.co, without a path. */
  readonly url: string;
  /** The project's publishable key, or on a server its secret key. */
  readonly key: string;
  /** Called before every request for the access token of the signed-in user; null or undefined without one. */
  readonly token?: (() => string | null | undefined | Promise<string | null | undefined>) | undefined;
  /** In place of the global fetch. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Through what the options name. */
export function transportOf(options: { readonly supabase: SupabaseClientLike } | Endpoint): Transport {
  return "supabase" in options ? overSupabase(options.supabase) : overFetch(options);
}

/** Through `supabase.functions.invoke`, which asks `auth.getSession()` for the token at every call. */
export function overSupabase({ functions }: SupabaseClientLike): Transport {
  return async (path, { method = "GET", headers, body = null, signal }) => {
    const options = {
      method,
      headers: { ...headers },
      ...(body === null ? {} : { body: { ...body } }),
      ...(signal === null ? {} : { signal }),
    };
    const { data, error, response } = await functions.invoke(path, options);
    if (error === null && response !== undefined) {
      return { status: response.status, headers: response.headers, body: data };
    }
    // An answer that is not a success, a 304 too, comes as an error that holds the response.
    const { context } = (error ?? {}) as { readonly context?: unknown };
    if (isResponse(context)) return await replyOf(context);
    throw unreachable(context ?? error, signal);
  };
}

function isResponse(value: unknown): value is Response {
  return typeof value === "object" && value !== null && "headers" in value && "status" in value;
}

/** Through fetch. */
export function overFetch({ url, key, token, fetch = globalThis.fetch }: Endpoint): Transport {
  const base = `${url.replace(/\/+$/, "")}/functions/v1/`;
  return async (path, { method = "GET", headers, body = null, signal }): Promise<Reply> => {
    const current = await token?.();
    const credentials = { apikey: key, ...(current ? { authorization: `Bearer ${current}` } : {}) };
    const sent = body === null ? {} : { body: JSON.stringify(body) };
    const type = body === null ? {} : { "content-type": "application/json" };
    try {
      const all = { ...headers, ...credentials, ...type };
      return await replyOf(await fetch(base + path, { method, headers: all, ...sent, signal }));
    } catch (cause) {
      throw unreachable(cause, signal);
    }
  };
}
