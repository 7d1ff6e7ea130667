import { z } from "zod";
import { isStorable } from "../../kernel/storable.ts";
import type { IssuerProfile } from "../runtime/issuer_setting.ts";
import { organisationId } from "./organisation_id.ts";
import { subjectId } from "./subject_id.ts";
import type { TokenCaller } from "./token_claims.ts";

const payload = z.looseObject({ exp: z.number() });
const object = z.looseObject({});

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** As the check of `public.user_roles.org_role`. */
const ROLE = /^[a-z][a-z_]{0,39}$/;

/**
 * The caller that verified claims of an outside issuer describe. `freshet.mapped_claims()` is the same in SQL, for calls that
 * reach the database without the function.
 *
 * @returns null when the profile takes no such token
 */
export function callerOfProfile(claims: unknown, profile: IssuerProfile): TokenCaller | null {
  const parsed = payload.safeParse(claims);
  if (!parsed.success) return null;
  const token = parsed.data;
  if (token["sts"] === "pending") return null;
  if (profile.refuse_actor && Object.hasOwn(token, "act")) return null;
  if (profile.requires_role && token["role"] !== "authenticated") return null;
  if (!isOfAllowedParty(token["azp"], profile.allowed_azp)) return null;
  const { issuer, claims: paths } = profile;
  const sub = textAt(token, paths.sub ?? ["sub"]);
  if (sub === null) return null;
  const subject = profile.subjects === "as_they_are" ? sub : subjectId(issuer, sub);
  if (subject === null) return null;
  // Exactly true: "true", 1 or {} in a token is a mistake of its issuer, and makes no administrator.
  const is_admin = paths.is_admin !== undefined && valueAt(token, paths.is_admin) === true;
  const org_id = organisationOf(textAt(token, paths.org_id), profile);
  const org_role = org_id === null ? null : roleOf(textAt(token, paths.org_role), profile);
  return { caller: { kind: "user", subject, is_admin, org_id, org_role }, expires_at: token.exp * 1_000 };
}

function isOfAllowedParty(azp: unknown, allowed: readonly string[] | undefined): boolean {
  return allowed === undefined || (typeof azp === "string" && allowed.includes(azp));
}

function organisationOf(id: string | null, { issuer, organisations }: IssuerProfile): string | null {
  if (id === null) return null;
  if (organisations === "external") return organisationId(issuer, id);
  return UUID.test(id) ? id : null;
}

function roleOf(role: string | null, { roles }: IssuerProfile): string | null {
  if (role === null) return null;
  if (roles === undefined) return ROLE.test(role) ? role : null;
  return Object.hasOwn(roles, role) ? roles[role] ?? null : null;
}

/** A claim that is text and can be an id. */
function textAt(token: unknown, path: readonly string[] | undefined): string | null {
  const value = path === undefined ? undefined : valueAt(token, path);
  if (typeof value !== "string" || !isStorable(value)) return null;
  // Code points, as the database counts them.
  const { length } = [...value];
  return length > 0 && length <= 255 ? value : null;
}

/** Only what the token itself holds: no property that every object has. */
function valueAt(token: unknown, path: readonly string[]): unknown {
  let value: unknown = token;
  for (const name of path) {
    const parsed = object.safeParse(value);
    if (!parsed.success || Array.isArray(value) || !Object.hasOwn(parsed.data, name)) return undefined;
    value = parsed.data[name];
  }
  return value;
}
