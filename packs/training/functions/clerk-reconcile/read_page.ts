import { z } from "zod";
import { internalError } from "../../../../shared/kernel/app_error.ts";
import { membershipState, organizationState, type State, userState } from "../clerk-webhook/change.ts";
import type { AskClerk, ClerkAnswer } from "./clerk_api.ts";

export type List = "user" | "organization" | "membership";

/** A page of one of Clerk's lists. */
export interface Page {
  readonly changes: readonly State[];
  /** Clerk's ids of all rows, also of those that could not be read. */
  readonly seen: readonly string[];
  readonly refused_count: number;
  /** The fields, not their values, which are personal. */
  readonly refused_because: string | null;
  /** Null after the last page. */
  readonly next_position: string | null;
  /** Clerk does not know the position any more: the list is read from its beginning. */
  readonly is_lost: boolean;
}

const EMPTY: Page = {
  changes: [],
  seen: [],
  refused_count: 0,
  refused_because: null,
  next_position: null,
  is_lost: false,
};

const row = z.looseObject({ id: z.string() });
const paged = z.object({ data: z.array(row) });
const LISTS = {
  user: { path: "/users", rows: z.array(row), state: userState },
  organization: { path: "/organizations", rows: paged.transform(({ data }) => data), state: organizationState },
  membership: {
    path: "/organization_memberships",
    rows: paged.transform(({ data }) => data),
    state: membershipState,
  },
} as const;

/**
 * Users come by the id of the last one, the newest first: new ones then need no page. The other lists know offsets only:
 * oldest first, so that new rows move none.
 */
export async function readPage(
  ask: (path: string) => ReturnType<AskClerk>,
  list: List,
  position: string | null,
  size: number,
): Promise<Page | Extract<ClerkAnswer, { readonly wait_seconds: number }>> {
  const { path, rows, state } = LISTS[list];
  const offset = Number(position ?? "0");
  const query = new URLSearchParams(
    list === "user"
      ? { limit: String(size), order_by: "-created_at", ...(position === null ? {} : { starting_after: position }) }
      : { limit: String(size), offset: String(offset), order_by: "+created_at" },
  );
  const answer = await ask(`${path}?${query}`);
  if ("wait_seconds" in answer) return answer;
  if ("failed" in answer) {
    if (list !== "user" && answer.failed === "off") return EMPTY;
    // The last user of the page before was deleted meanwhile.
    if (list === "user" && position !== null) return { ...EMPTY, is_lost: true };
    throw internalError(`Clerk's API has no list ${path} for this query (${answer.failed}): is CLERK_API_URL right?`);
  }
  const found = shaped(rows, answer.content);
  const last = list === "user" ? found.at(-1)?.id ?? null : String(offset + size);
  return { ...readRows(found, state), next_position: found.length < size ? null : last, is_lost: false };
}

function readRows(found: readonly z.output<typeof row>[], state: z.ZodType<State>) {
  const read = found.map((one) => ({ id: one.id, parsed: state.safeParse(one) }));
  const refused = read.filter(({ parsed }) => !parsed.success);
  const [first] = refused;
  return {
    changes: read.flatMap(({ parsed }) => parsed.success ? [parsed.data] : []),
    seen: read.map(({ id }) => id),
    refused_count: refused.length,
    refused_because: first?.parsed.error === undefined ? null : `${first.id}: ${fieldsOf(first.parsed.error)}`,
  };
}

/** @throws AppError INTERNAL that names the fields and not their values, which are personal */
export function shaped<Schema extends z.ZodType>(schema: Schema, content: unknown): z.output<Schema> {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw internalError(`Clerk's API answered another shape than it documents, at: ${fieldsOf(parsed.error)}`);
}

function fieldsOf(error: z.ZodError): string {
  const fields = new Set(error.issues.map(({ path }) => path.join(".") || "the body"));
  return [...fields].slice(0, 5).join(", ");
}
