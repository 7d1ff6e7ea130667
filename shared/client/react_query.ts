/**
 * Queries of TanStack Query (React Query) for resources: the entry `freshet-client/react-query`. It is plain data and
 * imports nothing of TanStack's, so it also fits the library's versions for Vue, Solid and Svelte.
 */
import { BOUNDS, CURSORS } from "./bounds.ts";
import type { AnswerOf, Client, ResourceName } from "./client.ts";
import { FreshetError } from "./failure.ts";
import type { Resources } from "./resources.ts";

export interface QueriesOptions {
  /**
   * Whose session the client sends: the user's id, or null without a session. It is part of every key, so nobody is
   * shown what another person of the same browser has asked.
   */
  readonly viewer: string | null;
  /** The longest that an answer counts as fresh, in seconds, whatever its resource allows; 300 when left out. */
  readonly longest_stale_seconds?: number | undefined;
}

/** For `useQuery`, `useSuspenseQuery`, `prefetchQuery` and `ensureQueryData`. */
export interface ResourceQuery<Name extends ResourceName> {
  readonly queryKey: readonly ["freshet", string | null, Name, Params<Name>];
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<AnswerOf<Name>>;
  /** Milliseconds: the resource's bound. 0 for an answer that is older than its objective. */
  readonly staleTime: (query: { readonly state: { readonly data: AnswerOf<Name> | undefined } }) => number;
  readonly retry: (failureCount: number, error: Error) => boolean;
}

/** For `useInfiniteQuery` and its relatives. */
export interface PagesQuery<Name extends PagedName> {
  readonly queryKey: readonly ["freshet", string | null, Name, Params<Name>, "pages"];
  readonly queryFn: (
    context: { readonly signal: AbortSignal; readonly pageParam: string | undefined },
  ) => Promise<AnswerOf<Name>>;
  readonly initialPageParam: string | undefined;
  readonly getNextPageParam: (last: AnswerOf<Name>) => string | undefined;
  readonly staleTime: number;
  readonly retry: (failureCount: number, error: Error) => boolean;
}

/** A resource that is served a page at a time. */
export type PagedName = keyof typeof CURSORS;

type Params<Name extends ResourceName> = NonNullable<Resources[Name]["params"]>;
type Wanted<P> = Record<never, never> extends P ? [params?: P] : [params: P];

export interface Queries {
  /** The start of every key, to remove or invalidate what this viewer has asked. */
  readonly queryKey: readonly ["freshet", string | null];
  queryOptions<Name extends ResourceName>(name: Name, ...wanted: Wanted<Params<Name>>): ResourceQuery<Name>;
  /** Pages from the one that `cursor` names, otherwise from the first. */
  infiniteQueryOptions<Name extends PagedName>(name: Name, ...wanted: Wanted<Params<Name>>): PagesQuery<Name>;
}

/** The client has tried and waited before; what is left to the library is a connection that was not there. */
const retry = (failureCount: number, error: Error) =>
  failureCount < 2 && error instanceof FreshetError && error.code === "UNREACHABLE";

/**
 * Makes queries over a client.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { createBareClient } from "./client.ts";
 * const client = createBareClient({ url: "https://example.supabase.co", key: "sb_publishable_…" });
 * const { queryKey } = createQueries(client, { viewer: null });
 * assert.deepEqual(queryKey, ["freshet", null]);
 * ```
 */
export function createQueries(
  { get }: Pick<Client, "get">,
  { viewer, longest_stale_seconds = 300 }: QueriesOptions,
): Queries {
  type Read = (name: string, params: object, options: { readonly signal: AbortSignal }) => Promise<AnyAnswer>;
  const read = get as unknown as Read;
  const staleTimeOf = (name: ResourceName) => Math.min(BOUNDS[name], longest_stale_seconds) * 1_000;

  function queryOptions(name: ResourceName, params: object = {}) {
    return {
      queryKey: ["freshet", viewer, name, params],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) => read(name, params, { signal }),
      staleTime: ({ state }: { readonly state: { readonly data: AnyAnswer | undefined } }) =>
        state.data?.freshness.is_stale === true ? 0 : staleTimeOf(name),
      retry,
    };
  }

  function infiniteQueryOptions(name: PagedName, params: Readonly<Record<string, unknown>> = {}) {
    const cursor = CURSORS[name];
    return {
      queryKey: ["freshet", viewer, name, params, "pages"],
      queryFn: (
        { signal, pageParam }: { readonly signal: AbortSignal; readonly pageParam: string | undefined },
      ) => read(name, { ...params, [cursor]: pageParam }, { signal }),
      initialPageParam: params[cursor],
      getNextPageParam: ({ meta }: AnyAnswer) => meta.next_cursor ?? undefined,
      staleTime: staleTimeOf(name),
      retry,
    };
  }

  // The types follow each name through conditional types, which the compiler cannot do inside.
  return { queryKey: ["freshet", viewer], queryOptions, infiniteQueryOptions } as unknown as Queries;
}

interface AnyAnswer {
  readonly meta: { readonly next_cursor?: string | null };
  readonly freshness: { readonly is_stale: boolean };
}
