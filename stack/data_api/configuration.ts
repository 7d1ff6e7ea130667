import { stringify } from "smol-toml";
import type { ProjectConfig } from "../project_config.ts";

export interface DataApiSettings {
  port: number;
  databaseUrl: string;
  jwtSecret: string;
  publishableKey: string;
  secretKey: string;
}

/**
 * The config.toml that lite reads: the project's own choices, and where and with which keys this one runs. It names no time
 * limit: each request has those of its role, as on the platform, through the driver (npm/postgres-json/requester.js).
 */
export function liteConfiguration(project: ProjectConfig, settings: DataApiSettings): string {
  return stringify({
    project_id: "freshet",
    api: { port: settings.port, schemas: project.api.schemas, max_rows: project.api.max_rows },
    db: { driver: "postgres", url: settings.databaseUrl },
    auth: {
      ...pick(project.auth, authSettings),
      enabled: true,
      jwt_secret: settings.jwtSecret,
      publishable_key: settings.publishableKey,
      secret_key: settings.secretKey,
      email: pick(project.auth.email, emailSettings),
    },
    storage: { enabled: true, file_size_limit: `${project.storage.file_size_limit}B` },
  });
}

/** lite stops at a setting that it does not know, so only these are handed on. Hooks are the gateway's work. */
const authSettings = [
  "site_url",
  "additional_redirect_urls",
  "jwt_expiry",
  "enable_refresh_token_rotation",
  "refresh_token_reuse_interval",
  "enable_signup",
  "minimum_password_length",
  "password_requirements",
];
const emailSettings = ["enable_signup", "enable_confirmations", "double_confirm_changes", "otp_length", "otp_expiry"];

function pick(table: Record<string, unknown>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => name in table).map((name) => [name, table[name]]));
}
