import { z } from "zod";

/** What analytics.take_clerk_event takes, but the id of the message and the instance of Clerk. */
export interface Change extends State {
  readonly type: string;
}

/** What freshet.take_clerk_change takes, but the instance of Clerk. */
export interface State {
  readonly kind: "user" | "organization" | "membership";
  readonly clerk_id: string;
  /** Milliseconds since the epoch, by Clerk's clock. */
  readonly event_ms: number;
  readonly is_deletion: boolean;
  readonly name?: string | null;
  readonly email?: string | null;
  /** Clerk's id; the database derives its own from it. */
  readonly external_org_id?: string;
  readonly external_user_id?: string;
  readonly role?: "admin" | "manager" | "trainee";
  readonly joined_ms?: number;
}

/** `event_attributes` has the address and browser of the person: it is not read. */
export const envelope = z.object({ type: z.string().max(100), timestamp: z.number().positive() });

/** Clerk's ids are ASCII, like user_2abc: another text is none, and the database could not hold some. */
const id = z.string().regex(/^[!-~]{1,200}$/);
const ms = z.number().int().positive();
const deletion = z.object({ data: z.object({ id }) });
/** Any other role, for example org:member or one of the customer's own, may see only its own rows. */
const ROLES: ReadonlyMap<string, State["role"]> = new Map([["org:admin", "admin"], ["org:manager", "manager"]]);

const userShape = z.object({
  id,
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  primary_email_address_id: z.string().nullish(),
  email_addresses: z.array(z.object({
    id: z.string(),
    email_address: z.string(),
    verification: z.object({ status: z.string() }).nullish(),
  })),
  updated_at: ms,
});

/** A user as Clerk describes it, in a message and in its lists. */
export const userState = userShape.transform((seen): State => ({
  ...ofUser(seen.id),
  event_ms: seen.updated_at,
  is_deletion: false,
  name: nameOf(seen),
  email: emailOf(seen),
}));

/** The same of an organisation. */
export const organizationState = z.object({ id, name: z.string(), updated_at: ms }).transform((seen): State => ({
  ...ofOrganization(seen.id),
  event_ms: seen.updated_at,
  is_deletion: false,
  name: storable(seen.name),
}));

/** The same of a membership. */
export const membershipState = z.object({
  id,
  role: z.string(),
  organization: z.object({ id }),
  public_user_data: z.object({ user_id: id }),
  created_at: ms,
  updated_at: ms,
}).transform((seen): State => ({
  kind: "membership",
  clerk_id: seen.id,
  event_ms: seen.updated_at,
  is_deletion: false,
  external_org_id: seen.organization.id,
  external_user_id: seen.public_user_data.user_id,
  role: ROLES.get(seen.role) ?? "trainee",
  joined_ms: seen.created_at,
}));

/** The documents of Clerk say milliseconds, its examples show seconds: a number below this is in seconds, until the year 5138. */
const FIRST_MS = 1e11;

/** Null for a type that changes nothing here. @throws ZodError for a shape that Clerk does not document */
export function changeOf(content: unknown): Change | null {
  const { type, timestamp } = envelope.parse(content);
  const [, subject, verb] = /^(user|organization|organizationMembership)\.(created|updated|deleted)$/.exec(type) ?? [];
  const is_deletion = verb === "deleted";
  const sent_ms = Math.round(timestamp < FIRST_MS ? timestamp * 1000 : timestamp);
  switch (subject) {
    case "user": {
      if (is_deletion) return { type, ...ofUser(deletion.parse(content).data.id), event_ms: sent_ms, is_deletion };
      return { type, ...z.object({ data: userState }).parse(content).data };
    }
    case "organization": {
      if (is_deletion) {
        return { type, ...ofOrganization(deletion.parse(content).data.id), event_ms: sent_ms, is_deletion };
      }
      return { type, ...z.object({ data: organizationState }).parse(content).data };
    }
    case "organizationMembership": {
      const state = z.object({ data: membershipState }).parse(content).data;
      return { type, ...state, ...(is_deletion ? { event_ms: sent_ms, is_deletion } : {}) };
    }
    default:
      return null;
  }
}

function ofUser(clerk_id: string) {
  return { kind: "user", clerk_id, external_user_id: clerk_id } as const;
}

function ofOrganization(clerk_id: string) {
  return { kind: "organization", clerk_id, external_org_id: clerk_id } as const;
}

function nameOf({ first_name, last_name }: z.output<typeof userShape>): string | null {
  const name = [first_name, last_name].filter((part) => part).join(" ").trim();
  return name === "" ? null : storable(name);
}

/** The primary address once it is verified: any other may belong to another person. */
function emailOf({ primary_email_address_id, email_addresses }: z.output<typeof userShape>): string | null {
  const primary = email_addresses.find((address) => address.id === primary_email_address_id);
  return primary?.verification?.status === "verified" ? storable(primary.email_address) : null;
}

/** Text in Postgres holds neither U+0000 nor half of a surrogate pair. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "");
}
