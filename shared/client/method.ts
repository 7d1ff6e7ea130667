import type { AnswerOf, Asked, Client, ReadOptions, ResourceName } from "./client.ts";
import type { Resources } from "./resources.ts";

/** Reads one resource. */
export type Method<Name extends ResourceName> = (
  ...asked: Asked<Resources[Name]["params"]>
) => Promise<AnswerOf<Name>>;

/** Reads one resource that is served a page at a time: called, the page that `cursor` names, otherwise the first. */
export interface PagedMethod<Name extends ResourceName> extends Method<Name> {
  /** Every page from there on, each fetched when the loop reaches it. */
  pages(...asked: Asked<Resources[Name]["params"]>): AsyncGenerator<AnswerOf<Name>, void, undefined>;
}

/** The same, and its rows one by one. */
export interface RowsMethod<Name extends ResourceName> extends PagedMethod<Name> {
  /** Every row of every page. */
  rows(...asked: Asked<Resources[Name]["params"]>): AsyncGenerator<RowOf<Name>, void, undefined>;
}

export type RowOf<Name extends ResourceName> = Resources[Name]["data"] extends readonly (infer Row)[] ? Row : never;

interface AnyPage {
  readonly data: unknown;
  readonly meta: { readonly next_cursor: string | null };
}

type ReadAny = (name: string, params?: object, options?: ReadOptions) => Promise<AnyPage>;

/** The method of a resource that is answered whole. */
export function method<Name extends ResourceName>(client: Client, name: Name): Method<Name> {
  return (...asked) => client.get(name, ...asked);
}

/** The methods of a resource whose pages begin at the parameter `cursor`. */
export function paged<Name extends ResourceName>(client: Client, name: Name, cursor: string): PagedMethod<Name> {
  const read = client.get as unknown as ReadAny;

  async function* pages(params: object = {}, options: ReadOptions = {}): AsyncGenerator<AnyPage, void, undefined> {
    let page = await read(name, params, options);
    yield page;
    while (page.meta.next_cursor !== null) {
      page = await read(name, { ...params, [cursor]: page.meta.next_cursor }, options);
      yield page;
    }
  }

  return Object.assign(method(client, name), { pages: pages as PagedMethod<Name>["pages"] });
}

/** The same for a resource whose pages are rows. */
export function pagedRows<Name extends ResourceName>(client: Client, name: Name, cursor: string): RowsMethod<Name> {
  const whole = paged(client, name, cursor);

  async function* rows(...asked: Asked<Resources[Name]["params"]>): AsyncGenerator<RowOf<Name>, void, undefined> {
    for await (const { data } of whole.pages(...asked)) yield* data as Iterable<RowOf<Name>>;
  }

  return Object.assign(whole, { rows });
}
