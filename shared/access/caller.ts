/** Who is asking, proved by a credential. */
export type Caller =
  /** A publishable key, or a secret key that is not the one named default: it identifies an application, not a person. */
  | { readonly kind: "key"; readonly key_name: string }
  | {
    readonly kind: "user";
    readonly subject: string;
    readonly is_admin: boolean;
    readonly org_id: string | null;
    /** What the caller is in that organisation. */
    readonly org_role: string | null;
  }
  /** The secret key named default. */
  | { readonly kind: "service" };

/** Whether this caller may see what concerns everybody: an administrator's token or the secret key. */
export function readsEverything(caller: Caller): boolean {
  return caller.kind === "service" || (caller.kind === "user" && caller.is_admin);
}

/** Finds the caller of a request. */
export interface Identity {
  /** The caller of a credential that was verified lately; null where it takes a verification to know. */
  remembered(headers: Headers): Caller | null;
  /**
   * @returns null when the request carries no credential at all
   * @throws AppError UNAUTHENTICATED when it carries one that does not hold
   */
  identify(headers: Headers): Promise<Caller | null>;
}
