import { z } from "zod";
import { RATE_LIMITS } from "../../limits/rate_limits.ts";
import { rateLimits } from "./rate_limit_setting.ts";

const ALGORITHMS = ["ES256", "RS256", "HS256"] as const;

/** A variable whose text is JSON. */
function json<Schema extends z.ZodType>(schema: Schema) {
  return z.string().transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: "custom", message: "must be JSON" });
      return z.NEVER;
    }
  }).pipe(schema);
}

function list<Schema extends z.ZodType<unknown, string>>(item: Schema) {
  return z.string().transform((text) => text.split(",").map((part) => part.trim())).pipe(z.array(item).min(1));
}

const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  error: "must be * or origins like https://app.example.com, separated by commas",
});

const keys = z.record(z.string().min(1), z.string().min(16), { error: 'must be JSON like {"default":"sb_…"}' });
const jwk = z.looseObject({ kty: z.string() });
const jwks = z.union([
  z.object({ keys: z.array(jwk) }),
  z.array(jwk).transform((list) => ({ keys: list })),
], { error: 'must be a key set like {"keys":[…]}' });
const url = z.url({ protocol: /^https?$/, error: "must be an http or https URL" });

const shape = z.object({
  SUPABASE_URL: url.transform((text) => text.replace(/\/+$/, "")),
  SUPABASE_PUBLISHABLE_KEYS: json(keys).default({}),
  SUPABASE_SECRET_KEYS: json(keys).refine((named) => named["default"] !== undefined, {
    error: 'must hold a key named "default"',
  }),
  SUPABASE_JWKS: json(jwks).optional(),
  SUPABASE_JWKS_URL: url.optional(),
  FRESHET_JWT_ISSUER: list(z.string().min(1)).optional(),
  FRESHET_JWT_ALGORITHMS: list(z.enum(ALGORITHMS, { error: `must be among ${ALGORITHMS.join(", ")}` })).default([
    "ES256",
    "RS256",
  ]),
  FRESHET_CORS_ORIGINS: z.union([z.literal("*"), list(origin)]).default("*"),
  FRESHET_RATE_LIMITS: rateLimits.default(RATE_LIMITS),
  FRESHET_CLIENT_ADDRESS_HEADER: z.string().regex(/^[a-z][a-z-]*$/, { error: "must be a header's name, in lower case" })
    .default("cf-connecting-ip"),
  UPSTASH_REDIS_REST_URL: url.optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().min(1).optional(),
});

const variables = shape.refine(
  (all) => (all.UPSTASH_REDIS_REST_URL === undefined) === (all.UPSTASH_REDIS_REST_TOKEN === undefined),
  {
    error: "needs UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN together, or neither",
    path: ["UPSTASH_REDIS_REST_URL"],
  },
);

/** The settings that calls of the scheduler need: no other setting can stop a function that the scheduler calls. */
const scheduled = shape.pick({
  SUPABASE_URL: true,
  SUPABASE_SECRET_KEYS: true,
  FRESHET_RATE_LIMITS: true,
  FRESHET_CLIENT_ADDRESS_HEADER: true,
});

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
