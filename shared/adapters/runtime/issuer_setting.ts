import { z } from "zod";
import { claimPath as path, NOT_EMPTY, settingText as text } from "./claim_path.ts";
import { isTrustedKeyAddress } from "./key_address.ts";
import { json, jwks } from "./setting_shapes.ts";

/** Asymmetric ones only: with a shared secret, this function could sign the issuer's tokens. */
const ALGORITHMS = ["ES256", "RS256"] as const;

const issuer = text.regex(/^\S+$/, { error: "must be the exact text of the claim iss, without blanks" });

const FIELDS =
  "preset, issuer, jwks_url, jwks, algorithms, audience, allowed_azp, claims, roles, organisations, subjects, requires_role, refuse_actor";

function known(fields: string) {
  return {
    error: ({ code }: { readonly code?: string | undefined }) =>
      code === "unrecognized_keys" ? `may hold only ${fields}` : "must be a JSON object",
  };
}

const ROLE = "must lead to roles of small letters and _, of 40 at most";
const PUBLIC_KEYS = "must hold public keys only: leave out d and keys of kty oct";

const profile = z.strictObject({
  preset: z.never({ error: "must be clerk" }).optional(),
  issuer,
  jwks_url: z.url({ error: "must be a URL" }).transform((address) => new URL(address))
    .refine(isTrustedKeyAddress, { error: "must be an https URL; plain http is taken on this machine only" })
    .optional(),
  jwks: jwks.refine(({ keys }) => keys.every((key) => key.kty !== "oct" && !("d" in key)), { error: PUBLIC_KEYS })
    .optional(),
  algorithms: z.array(z.enum(ALGORITHMS, { error: `must be among ${ALGORITHMS.join(", ")}` }), {
    error: `must be a list among ${ALGORITHMS.join(", ")}`,
  }).min(1, NOT_EMPTY)
    .default([...ALGORITHMS]),
  audience: z.union([text, z.array(text).min(1, NOT_EMPTY)], { error: "must be a text or a list of texts" }).optional(),
  allowed_azp: z.array(text, { error: "must be a list of texts" }).min(1, NOT_EMPTY).optional(),
  claims: z.strictObject({
    sub: path.optional(),
    org_id: path.optional(),
    org_role: path.optional(),
    is_admin: path.optional(),
  }, known("sub, org_id, org_role, is_admin")).default({}),
  roles: z.record(z.string(), z.string({ error: ROLE }).regex(/^[a-z][a-z_]{0,39}$/, { error: ROLE }), {
    error: 'must be an object from the issuer\'s role to ours, like {"member":"trainee"}',
  }).optional(),
  organisations: z.enum(["uuid", "external"], { error: "must be uuid or external" }).default("external"),
  subjects: z.enum(["derived", "as_they_are"], { error: "must be derived or as_they_are" }).default("derived"),
  requires_role: z.boolean({ error: "must be true or false" }).default(false),
  refuse_actor: z.boolean({ error: "must be true or false" }).default(true),
}, known(FIELDS))
  .refine((given) => (given.jwks_url === undefined) !== (given.jwks === undefined), {
    error: "needs exactly one of jwks_url and jwks",
  })
  .refine((given) => given.audience !== undefined || given.allowed_azp !== undefined, {
    error: "needs audience or allowed_azp: without one of them, a token made for another application would be taken",
  });

/** An issuer of user tokens beside the project's own, and what its tokens must say. */
export type IssuerProfile = z.output<typeof profile>;

const fields = z.looseObject({});

/**
 * The short form for Clerk: tokens of version 2, which have no audience and name the organisation in `o`
 * (https://clerk.com/docs/backend-requests/resources/session-tokens).
 */
function expanded(given: unknown): unknown {
  const parsed = fields.safeParse(given);
  if (!parsed.success || parsed.data["preset"] !== "clerk") return given;
  const { preset: _clerk, claims, ...rest } = parsed.data;
  const own = fields.safeParse(claims ?? {});
  return {
    algorithms: ["RS256"],
    ...("jwks" in rest ? {} : { jwks_url: `${rest["issuer"]}/.well-known/jwks.json` }),
    ...rest,
    claims: own.success ? { sub: "sub", org_id: "o.id", org_role: "o.rol", ...own.data } : claims,
  };
}

/** `FRESHET_ISSUERS`: a list of profiles. A fault names the profile by its place and the field, and repeats no value. */
export const issuerProfiles = json(
  z.array(z.unknown(), { error: 'must be a list like [{"preset":"clerk",…}]' }).min(1, { error: "must not be empty" })
    .max(20, { error: "must have 20 profiles at most" }),
).transform((given, context) => {
  const profiles: IssuerProfile[] = [];
  for (const [index, one] of given.entries()) {
    const parsed = profile.safeParse(expanded(one));
    if (parsed.success) profiles.push(parsed.data);
    for (const { path: [field], message } of parsed.error?.issues ?? []) {
      const what = field === undefined ? message : `${String(field)} ${message}`;
      context.addIssue({ code: "custom", message: `(profile ${index + 1}) ${what}` });
    }
  }
  return profiles;
});

/** What contradicts between the project's own issuers and the profiles; null when nothing does. */
export function issuersFault(own: readonly string[], profiles: readonly IssuerProfile[]): string | null {
  if (profiles.length === 0) return null;
  const issuers = [...new Set(own), ...profiles.map((one) => one.issuer)];
  if (new Set(issuers).size < issuers.length) {
    return "must name each issuer once, and none that FRESHET_JWT_ISSUER or the project itself has";
  }
  const keeps_subjects = profiles.some(({ subjects }) => subjects === "as_they_are");
  if (keeps_subjects && issuers.length > 1) {
    return "may keep subjects as_they_are only for the one issuer of a project, because the same subject of two would be one person: leave it out, or set FRESHET_JWT_ISSUER to none and name one profile";
  }
  return null;
}
