import { z } from "zod";
import { internalError, invalidQuery } from "../kernel/app_error.ts";
import { canonicalParams } from "../kernel/canonical_params.ts";
import { decode, encode, LONGEST_CURSOR } from "../resource/cursor_text.ts";
import type { Hash } from "../kernel/ports.ts";
import { fullName, type Resource } from "../resource/resource.ts";
import type { Row } from "./row_check.ts";
import type { Params } from "./source.ts";
import { isStorable } from "../kernel/storable.ts";

/** The values of the order's columns, in the row after which a page begins. */
export type Place = readonly unknown[];

const content = z.tuple([z.string()]).rest(z.union([z.string().refine(isStorable), z.int()]));

/** The place of a row, encoded for a URL. It includes a fingerprint of the question, so that it is refused for any other. */
export function writeCursor(resource: Resource, asked: { readonly params: Params; readonly row: Row }, hash: Hash) {
  const place = resource.order.map(({ column }) => asked.row[column]);
  const cursor = encode([questionOf(resource, asked.params, hash), ...place]);
  if (cursor.length > LONGEST_CURSOR) {
    throw internalError(`a place of ${fullName(resource)} does not fit into a cursor: it is no key of an index`);
  }
  return cursor;
}

/**
 * The place in the parameters' cursor, or null for the first page. A cursor grants no access: the scope and the filters
 * apply regardless of its content. It is checked so that a wrong one is refused instead of answering another question.
 *
 * @throws AppError BAD_REQUEST for a cursor that was altered, or belongs to another resource or other filters.
 */
export function placeOf(resource: Resource, params: Params, hash: Hash): Place | null {
  const given = resource.cursor === undefined ? undefined : params[resource.cursor];
  if (resource.cursor === undefined || typeof given !== "string") return null;
  const parsed = content.safeParse(decode(given));
  if (!parsed.success || encode(parsed.data) !== given) {
    throw invalidQuery({ field: resource.cursor, reason: "must be the next_cursor of the page before" });
  }
  const [question, ...place] = parsed.data;
  if (question !== questionOf(resource, params, hash)) {
    throw invalidQuery({
      field: resource.cursor,
      reason: "belongs to another question: begin again without it after changing a filter",
    });
  }
  const fits = place.length === resource.order.length && resource.order.every(({ column }, index) => {
    const schema = resource.row.shape[column];
    return schema !== undefined && z.safeParse(schema, place[index]).success;
  });
  if (!fits) throw invalidQuery({ field: resource.cursor, reason: "must be the next_cursor of the page before" });
  return place;
}

/** The part of the question that must stay the same from page to page: all but the place, the length, and whether rows are counted. */
function questionOf(resource: Resource, params: Params, hash: Hash): string {
  const { cursor, limit, order, total } = resource;
  const moving = [cursor, total, typeof limit === "number" ? undefined : limit.param];
  const kept = Object.entries(params).filter(([name]) => !moving.includes(name));
  const question = JSON.stringify([fullName(resource), order, canonicalParams(Object.fromEntries(kept))]);
  return hash(question).slice(0, 12);
}
