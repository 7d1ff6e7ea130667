import { z } from "zod";
import { RATE_LIMITS } from "../../limits/rate_limits.ts";
import { adminSetting, claimSetting } from "./claim_path.ts";
import { issuerProfiles, issuersFault } from "./issuer_setting.ts";
import { rateLimits } from "./rate_limit_setting.ts";
import { json, jwks, list } from "./setting_shapes.ts";

const ALGORITHMS = ["ES256", "RS256", "HS256"] as const;

const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  error: "must be * or origins like https://app.example.com, separated by commas",
});

const keys = z.record(z.string().min(1), z.string().min(16), { error: 'must be JSON like {"default":"sb_…"}' });
const url = z.url({ protocol: /^https?$/, error: "must be an http or https URL" });

/** The secret key is sent there, so it must not travel in the clear, except to this machine. */
const readUrl = z.string().refine(isReadUrl, {
  error: "must be an https URL without a path, a user or a query: a load balancer's or a replica's",
}).transform((text) => new URL(text).origin);

function isReadUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, username, password, search, hash } = new URL(text);
  const is_private = protocol === "https:" || protocol === "http:" && ["127.0.0.1", "localhost"].includes(hostname);
  return is_private && pathname === "/" && username + password + search + hash === "";
}

const shape = z.object({
  SUPABASE_URL: url.transform((text) => text.replace(/\/+$/, "")),
  SUPABASE_PUBLISHABLE_KEYS: json(keys).default({}),
  SUPABASE_SECRET_KEYS: json(keys).refine((named) => named["default"] !== undefined, {
    error: 'must hold a key named "default"',
  }),
  SUPABASE_JWKS: json(jwks).optional(),
  SUPABASE_JWKS_URL: url.optional(),
  /** Empty: the project's own tokens are not taken. */
  FRESHET_JWT_ISSUER: list(z.string().min(1)).transform((names) => names.join() === "none" ? [] : names).optional(),
  FRESHET_JWT_ALGORITHMS: list(z.enum(ALGORITHMS, { error: `must be among ${ALGORITHMS.join(", ")}` })).default([
    "ES256",
    "RS256",
  ]),
  FRESHET_ISSUERS: issuerProfiles.default([]),
  /** Where the claims of the project's own tokens are. */
  FRESHET_CLAIM_ORG: claimSetting.default(["org_id"]),
  FRESHET_CLAIM_ORG_ROLE: claimSetting.default(["org_role"]),
  FRESHET_CLAIM_ADMIN: adminSetting.default(["is_admin"]),
  FRESHET_CORS_ORIGINS: z.union([z.literal("*"), list(origin)]).default("*"),
  FRESHET_RATE_LIMITS: rateLimits.default(RATE_LIMITS),
  FRESHET_CLIENT_ADDRESS_HEADER: z.string().regex(/^[a-z][a-z-]*$/, { error: "must be a header's name, in lower case" })
    .default("cf-connecting-ip"),
  FRESHET_READ_URL: readUrl.optional(),
  UPSTASH_REDIS_REST_URL: url.optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().min(1).optional(),
});

const variables = shape.refine(
  (all) => (all.UPSTASH_REDIS_REST_URL === undefined) === (all.UPSTASH_REDIS_REST_TOKEN === undefined),
  {
    error: "needs UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN together, or neither",
    path: ["UPSTASH_REDIS_REST_URL"],
  },
).superRefine(refuseContradictions);

function refuseContradictions(all: z.output<typeof ofIssuers>, context: z.RefinementCtx): void {
  const fault = issuersFault(ownIssuers(all), all.FRESHET_ISSUERS);
  if (fault !== null) context.addIssue({ code: "custom", path: ["FRESHET_ISSUERS"], message: fault });
}

/** The issuers whose tokens are the project's own: their subjects and claims count as they are. */
export function ownIssuers(
  { SUPABASE_URL, FRESHET_JWT_ISSUER }: Pick<z.output<typeof shape>, "SUPABASE_URL" | "FRESHET_JWT_ISSUER">,
): readonly string[] {
  return FRESHET_JWT_ISSUER ?? [`${SUPABASE_URL}/auth/v1`];
}

/** Where the claims of the project's own tokens are. */
const ofClaims = shape.pick({ FRESHET_CLAIM_ORG: true, FRESHET_CLAIM_ORG_ROLE: true, FRESHET_CLAIM_ADMIN: true });

/** Names of claims, the outermost first. */
export function claimPaths(
  { FRESHET_CLAIM_ORG, FRESHET_CLAIM_ORG_ROLE, FRESHET_CLAIM_ADMIN }: z.output<typeof ofClaims>,
) {
  return { org: FRESHET_CLAIM_ORG, org_role: FRESHET_CLAIM_ORG_ROLE, admin: FRESHET_CLAIM_ADMIN };
}

/** The settings that calls of the scheduler need: no other setting can stop a function that the scheduler calls. */
const scheduled = shape.pick({
  SUPABASE_URL: true,
  SUPABASE_SECRET_KEYS: true,
  FRESHET_RATE_LIMITS: true,
  FRESHET_CLIENT_ADDRESS_HEADER: true,
});

/** The settings that say whose tokens are taken, and how their ids are made. */
const ofIssuers = shape.pick({ SUPABASE_URL: true, FRESHET_JWT_ISSUER: true, FRESHET_ISSUERS: true });

type Variable = keyof z.input<typeof shape>;
const NAMES = Object.keys(shape.shape) as Variable[];

/** The names in the singular hold a single key, which is named default. */
const SINGULAR: Readonly<Partial<Record<Variable, string>>> = {
  SUPABASE_PUBLISHABLE_KEYS: "SUPABASE_PUBLISHABLE_KEY",
  SUPABASE_SECRET_KEYS: "SUPABASE_SECRET_KEY",
};

/** Every name that readEnvironment() asks for. */
export const VARIABLES: readonly string[] = [...NAMES, ...Object.values(SINGULAR)];

export type Environment = z.output<typeof variables>;
export type ScheduledEnvironment = z.output<typeof scheduled>;
export type IssuersEnvironment = z.output<typeof ofIssuers>;
/** Reads a variable of the environment. */
export type GetVariable = (name: string) => string | undefined;

/**
 * Reads and checks once the settings that protect: keys, issuers, rights, limits, and the cache in which limits are counted.
 * Settings that only decorate are read by readDecorations(), and stop nothing.
 *
 * @throws Error that names each invalid variable and the remedy, and repeats no value.
 */
export function readEnvironment(get: GetVariable): Environment {
  return parse(variables, NAMES, get);
}

/** The same for the settings that a scheduled function needs. */
export function readScheduledEnvironment(get: GetVariable): ScheduledEnvironment {
  return parse(scheduled, Object.keys(scheduled.shape) as Variable[], get);
}

/** The address of read replicas; null without one, and where it is invalid: the function that reads then says so. */
export function readAddressOf(get: GetVariable): string | null {
  return readUrl.safeParse(read(get, "FRESHET_READ_URL")).data ?? null;
}

/** Where claims are; null where a setting of them is invalid: the function that reads then says so. */
export function claimPathsOf(get: GetVariable): ReturnType<typeof claimPaths> | null {
  const names = Object.keys(ofClaims.shape) as Variable[];
  const parsed = ofClaims.safeParse(Object.fromEntries(names.map((name) => [name, read(get, name)])));
  return parsed.success ? claimPaths(parsed.data) : null;
}

/** The same for the settings of issuers. */
export function readIssuersEnvironment(get: GetVariable): IssuersEnvironment {
  return parse(ofIssuers.superRefine(refuseContradictions), Object.keys(ofIssuers.shape) as Variable[], get);
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  names: readonly Variable[],
  get: GetVariable,
): z.output<Schema> {
  const given = names.map((name) => [name, read(get, name)] as const).filter(([, value]) => value !== undefined);
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const present = new Set<string>(given.map(([name]) => name));
  const faults = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return present.has(name) ? `${name} ${issue.message}` : `${name} is not set`;
  });
  throw new Error(`Invalid environment: ${[...new Set(faults)].join("; ")}. ${remedyFor(parsed.error.issues)}`);
}

/** The platform sets `SUPABASE_*`, a project cannot. A project with legacy keys only does not get these variables. */
function remedyFor(issues: readonly z.core.$ZodIssue[]): string {
  const names = issues.map((issue) => String(issue.path[0]));
  const remedies = [
    names.some((name) => name.endsWith("_KEYS")) &&
    "Create the new API keys (Settings → API keys), one secret key named default among them, and deploy the functions again",
    names.some((name) => !name.startsWith("SUPABASE_")) &&
    "Set the FRESHET_ and UPSTASH_ variables as secrets of the function",
    names.some((name) => name.startsWith("SUPABASE_") && !name.endsWith("_KEYS")) &&
    "The platform gives each function SUPABASE_URL and SUPABASE_JWKS by itself: where it did not, deploy the functions again",
  ].filter((remedy) => remedy !== false);
  return remedies.join(". ");
}

function read(get: GetVariable, name: Variable): string | undefined {
  const value = get(name)?.trim();
  if (value) return value;
  const singular = SINGULAR[name];
  const one = singular === undefined ? undefined : get(singular)?.trim();
  return one ? JSON.stringify({ default: one }) : undefined;
}
