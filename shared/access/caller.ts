/** The authenticated caller of a request. */
export type Caller =
  /**
   * A publishable key, or a secret key other than the one named default: it identifies an application, not a person.
   */
  | { readonly kind: "key"; readonly key_name: string }
  | {
    readonly kind: "user";
    readonly subject: string;
    readonly is_admin: boolean;
    readonly org_id: string | null;
    /** The caller's role in that organisation. */
    readonly org_role: string | null;
  }
  /** The secret key named default. */
  | { readonly kind: "service" };

/** Whether the caller may read the rows of all users: an administrator's token or the secret key. */
export function readsEverything(caller: Caller): boolean {
  return caller.kind === "service" || (caller.kind === "user" && caller.is_admin);
}

/** Authenticates requests. */
export interface Identity {
  /** The caller, if this credential was verified recently; null if it must be verified first. */
  remembered(headers: Headers): Caller | null;
  /**
   * @returns null if the request carries no credential at all
   * @throws AppError UNAUTHENTICATED if its credential is invalid
   */
  identify(headers: Headers): Promise<Caller | null>;
}
