import type { ClerkObject } from "./objects.ts";
import { refusal } from "./refusal.ts";

/** By which fields Clerk orders a list. */
export const ORDERS = {
  users: [
    "created_at",
    "updated_at",
    "email_address",
    "web3wallet",
    "first_name",
    "last_name",
    "phone_number",
    "username",
    "last_active_at",
    "last_sign_in_at",
  ],
  organizations: ["name", "created_at", "members_count"],
  memberships: ["phone_number", "email_address", "created_at", "first_name", "last_name", "username"],
} as const;

/** The rows of a page, or Clerk's refusal of the query. Only the list of users knows starting_after. */
export function pageOf(
  list: keyof typeof ORDERS,
  objects: Iterable<ClerkObject>,
  query: URLSearchParams,
): readonly ClerkObject[] | Response {
  const limit = whole(query.get("limit") ?? "10");
  if (limit === null || limit < 1 || limit > 500) return invalid("limit must be an integer from 1 to 500");
  const offset = whole(query.get("offset") ?? "0");
  if (offset === null) return invalid("offset must be an integer of at least 0");
  const [, sign = "", field = ""] = /^([+-]?)(\w+)$/.exec(query.get("order_by") ?? "-created_at") ?? [];
  if (!ORDERS[list].some((known) => known === field)) return invalid(`order_by cannot be ${field}`);
  const sorted = [...objects].sort((one, other) => compare(one, other, field) * (sign === "-" ? -1 : 1));
  const after = list === "users" ? query.get("starting_after") : null;
  if (after === null) return sorted.slice(offset, offset + limit);
  if (field !== "created_at") return invalid("starting_after requires ordering by created_at");
  if (offset !== 0) return invalid("starting_after cannot be combined with offset");
  const place = sorted.findIndex(({ id }) => id === after);
  // The specification does not say what a cursor is whose user was deleted; the strictest answer is a refusal.
  return place < 0 ? invalid("starting_after is no user") : sorted.slice(place + 1, place + 1 + limit);
}

function whole(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function invalid(message: string): Response {
  return refusal(422, "form_param_value_invalid", message);
}

/** Two of one moment are in the order of their ids, so that each order is total. */
function compare(one: ClerkObject, other: ClerkObject, field: string): number {
  const [a, b] = [one[field], other[field]];
  if (typeof a === "number" && typeof b === "number" && a !== b) return a - b;
  const [text, other_text] = [`${a ?? ""}`, `${b ?? ""}`];
  if (typeof a !== "number" && text !== other_text) return text < other_text ? -1 : 1;
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}
