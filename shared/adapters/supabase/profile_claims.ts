import { z } from "zod";
import type { IssuerProfile } from "../runtime/issuer_setting.ts";
import { claimAt, claimedText } from "./claim_at.ts";
import { organisationId } from "./organisation_id.ts";
import { subjectId } from "./subject_id.ts";
import type { TokenCaller } from "./token_claims.ts";

const payload = z.looseObject({ exp: z.number() });

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
  const sub = claimedText(token, paths.sub ?? ["sub"]);
  if (sub === null) return null;
  const subject = profile.subjects === "as_they_are" ? sub : subjectId(issuer, sub);
  if (subject === null) return null;
  // Exactly true: "true", 1 or {} in a token is a mistake of its issuer, and makes no administrator.
  const is_admin = paths.is_admin !== undefined && claimAt(token, paths.is_admin) === true;
  const org_id = organisationOf(claimedText(token, paths.org_id), profile);
  const org_role = org_id === null ? null : roleOf(claimedText(token, paths.org_role), profile);
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
