import { stringify } from "smol-toml";
import type { ProjectConfig } from "../project_config.ts";

export interface DataApiSettings {
  port: number;
  databaseUrl: string;
  jwtSecret: string;
  publishableKey: string;
  secretKey: string;
}

/** The config.toml that lite reads: the project's own choices, and where and with which keys this one runs. */
export function liteConfiguration(project: ProjectConfig, settings: DataApiSettings): string {
  return stringify({
    project_id: "freshet",
    api: { port: settings.port, schemas: project.api.schemas, max_rows: project.api.max_rows },
    db: { driver: "postgres", url: withStatementTimeout(settings.databaseUrl) },
    auth: {
      ...scalarsOf(project.auth),
      enabled: true,
      jwt_secret: settings.jwtSecret,
      publishable_key: settings.publishableKey,
      secret_key: settings.secretKey,
      email: scalarsOf(project.auth.email),
    },
    storage: { enabled: true },
  });
}

/**
 * lite looks at no role's own timeout, so one holds for all: the 8 seconds which a hosted project gives to
 * `authenticator`, and so to everyone whose role names none.
 */
function withStatementTimeout(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  if (!url.searchParams.has("statement_timeout")) url.searchParams.set("statement_timeout", "8000");
  return url.href;
}

/** Nested tables (hooks, providers, MFA) are left out: lite knows few of them and stops at some. */
function scalarsOf(table: Record<string, unknown>): Record<string, string | number | boolean> {
  const scalars: Record<string, string | number | boolean> = {};
  for (const [key, value] of Object.entries(table)) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") scalars[key] = value;
  }
  return scalars;
}
