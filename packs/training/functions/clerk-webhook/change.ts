import { z } from "zod";

/** What analytics.take_clerk_event takes, but the id of the message. */
export interface Change {
  readonly type: string;
  readonly kind: "user" | "organization" | "membership";
  readonly clerk_id: string;
  /** Milliseconds since the epoch, by Clerk's clock. */
  readonly event_ms: number;
  readonly is_deletion: boolean;
  readonly name?: string | null;
  readonly email?: string | null;
  readonly external_org_id?: string;
  readonly user_id?: string;
  readonly role?: "admin" | "manager" | "trainee";
  readonly joined_ms?: number;
}

/** The end of the year 9999: a later moment is of a broken clock, and the database could not hold some. */
const LAST_MS = 253_402_300_799_999;

/** `event_attributes` has the address and browser of the person: it is not read. */
export const envelope = z.object({ type: z.string().max(100), timestamp: z.number().positive().max(LAST_MS) });

/** Clerk's ids are ASCII, like user_2abc: another text is none, and the database could not hold some. */
const id = z.string().regex(/^[!-~]{1,200}$/);
const ms = z.number().int().positive().max(LAST_MS);
const deletion = z.object({ data: z.object({ id }) });
const user = z.object({
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
const organization = z.object({ data: z.object({ id, name: z.string(), updated_at: ms }) });
const membership = z.object({
  data: z.object({
    id,
    role: z.string(),
    organization: z.object({ id }),
    public_user_data: z.object({ user_id: id }),
    created_at: ms,
    updated_at: ms,
  }),
});

/** Any other role, for example org:member or one of the customer's own, may see only its own rows. */
const ROLES: ReadonlyMap<string, Change["role"]> = new Map([["org:admin", "admin"], ["org:manager", "manager"]]);

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
      const { data: seen } = z.object({ data: user }).parse(content);
      const details = { name: nameOf(seen), email: emailOf(seen) };
      return { type, ...ofUser(seen.id), event_ms: seen.updated_at, is_deletion, ...details };
    }
    case "organization": {
      if (is_deletion) {
        return { type, ...ofOrganization(deletion.parse(content).data.id), event_ms: sent_ms, is_deletion };
      }
      const { data: seen } = organization.parse(content);
      return { type, ...ofOrganization(seen.id), event_ms: seen.updated_at, is_deletion, name: storable(seen.name) };
    }
    case "organizationMembership": {
      const { data: seen } = membership.parse(content);
      return {
        type,
        kind: "membership",
        clerk_id: seen.id,
        event_ms: is_deletion ? sent_ms : seen.updated_at,
        is_deletion,
        external_org_id: seen.organization.id,
        user_id: seen.public_user_data.user_id,
        role: ROLES.get(seen.role) ?? "trainee",
        joined_ms: seen.created_at,
      };
    }
    default:
      return null;
  }
}

function ofUser(clerk_id: string) {
  return { kind: "user", clerk_id, user_id: clerk_id } as const;
}

function ofOrganization(clerk_id: string) {
  return { kind: "organization", clerk_id, external_org_id: clerk_id } as const;
}

function nameOf({ first_name, last_name }: z.output<typeof user>): string | null {
  const name = [first_name, last_name].filter((part) => part).join(" ").trim();
  return name === "" ? null : storable(name);
}

/** The primary address once it is verified: any other may belong to another person. */
function emailOf({ primary_email_address_id, email_addresses }: z.output<typeof user>): string | null {
  const primary = email_addresses.find((address) => address.id === primary_email_address_id);
  return primary?.verification?.status === "verified" ? storable(primary.email_address) : null;
}

/** Text in Postgres holds neither U+0000 nor half of a surrogate pair. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "");
}
