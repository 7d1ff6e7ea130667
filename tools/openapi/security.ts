import type { Access, MemberAccess, PersonAccess } from "../../shared/resource/definition.ts";
import type { Json } from "./json.ts";

/** The credentials. One suffices; an invalid token is refused even beside a valid key. */
export const securitySchemes: Readonly<Record<string, Json>> = {
  publishable_key: {
    type: "apiKey",
    in: "header",
    name: "apikey",
    description: "The project's publishable key: it identifies an application, not a person.",
  },
  secret_key: {
    type: "apiKey",
    in: "header",
    name: "apikey",
    description: "The project's secret key named `default`: reads everything. For servers only.",
  },
  token: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "The access token of a signed-in user, as Supabase Auth issues it. supabase-js sends it automatically.",
  },
};

const ANYBODY = [{ publishable_key: [] }, { secret_key: [] }, { token: [] }];
const TOKEN_OR_SECRET = [{ token: [] }, { secret_key: [] }];

export const security = { anybody: ANYBODY, operators: TOKEN_OR_SECRET } as const;

export function securityOf(access: Access): readonly Json[] {
  if (access.scope === "public") return ANYBODY;
  if (access.scope === "service") return [{ secret_key: [] }];
  if (access.scope === "member" && !readByOrganisation(access)) return [{ token: [] }];
  return TOKEN_OR_SECRET;
}

/** Whether some role reads a whole organisation; if so, administrators and the secret key read everything. */
function readByOrganisation({ rows }: MemberAccess): boolean {
  return Object.values(rows).includes("org");
}

const WHO: Readonly<Record<Exclude<Access["scope"], "member">, string>> = {
  public: "Any valid key or token may read it.",
  user: "A user reads their own rows; administrators and the secret key read all.",
  org: "A member reads the rows of their organisation; administrators and the secret key read all.",
  person: "A user reads their own rows, an administrator too.",
  admin: "Administrators and the secret key may read it.",
  service: "The secret key may read it.",
};

/** Sentences that say which callers may read which rows. */
export function whoMayRead(access: Access): string {
  if (access.scope === "person") return `${WHO.person} ${ofOthers(access)}`;
  if (access.scope !== "member") return WHO[access.scope];
  const roles = Object.entries(access.rows).map(([role, rows]) =>
    `${role}: ${ROWS[rows] ?? `the rows of ${rows.replaceAll("_", " ")}`}`
  );
  const others = readByOrganisation(access) ? " Administrators of the project and the secret key read all." : "";
  return `By the member's role in the organisation of the token. ${roles.join("; ")}.${others}`;
}

/** What the parameter of another person does. */
function ofOthers({ param, relation }: PersonAccess): string {
  return `With another person's id in \`${param}\` it answers those to whom \`${relation}\` lists that person at this ` +
    `moment, and the secret key, which has to name one; everybody else is refused, administrators too. Such an answer ` +
    "has no `ETag`, is `no-store`, and is answered only after the read is in the access log.";
}

const ROWS: Readonly<Record<string, string>> = {
  org: "the organisation's rows",
  own: "their own rows",
};
