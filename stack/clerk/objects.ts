import { z } from "zod";

const shape = z.looseObject({ id: z.string(), created_at: z.number() });

/** A user, organisation or membership as Clerk describes it. */
export type ClerkObject = z.output<typeof shape>;

const message = z.object({ type: z.string(), data: z.looseObject({ id: z.string() }) });
const membership = z.object({
  organization: z.object({ id: z.string() }),
  public_user_data: z.object({ user_id: z.string() }),
});

/** The organisation and the user of a membership. */
export function pairOf(object: ClerkObject): { readonly org_id: string; readonly user_id: string } | null {
  const parsed = membership.safeParse(object);
  if (!parsed.success) return null;
  return { org_id: parsed.data.organization.id, user_id: parsed.data.public_user_data.user_id };
}

/** What the instance has, by id. A test may change it without a message, as if the message were lost. */
export class ClerkObjects {
  readonly users = new Map<string, ClerkObject>();
  readonly organizations = new Map<string, ClerkObject>();
  readonly memberships = new Map<string, ClerkObject>();

  /** Changes the lists as the message of a webhook says. @returns false for a message that is none of Clerk's */
  take(content: unknown): boolean {
    const parsed = message.safeParse(content);
    if (!parsed.success) return false;
    const { type, data } = parsed.data;
    const [subject, verb] = type.split(".");
    const objects = subject === "user"
      ? this.users
      : subject === "organization"
      ? this.organizations
      : subject === "organizationMembership"
      ? this.memberships
      : null;
    if (objects === null) return true;
    if (verb === "deleted") this.#remove(objects, data.id);
    else objects.set(data.id, shape.parse({ created_at: Date.now(), ...data }));
    return true;
  }

  /** With a user or an organisation, its memberships end. */
  #remove(objects: Map<string, ClerkObject>, id: string): void {
    objects.delete(id);
    for (const [membership_id, object] of this.memberships) {
      const pair = pairOf(object);
      if (pair?.org_id === id || pair?.user_id === id) this.memberships.delete(membership_id);
    }
  }
}
