import { jwtVerify } from "jose";

export interface ServiceRoleOptions {
  readonly secretKeys: readonly string[];
  readonly jwtSecret: string;
}

/**
 * The status with which a caller is refused who is not service_role: 401 without a valid credential, 403 with another
 * one. Null for a secret key, or a token of service_role.
 */
export async function refusalOfOthers(
  headers: Headers,
  { secretKeys, jwtSecret }: ServiceRoleOptions,
): Promise<401 | 403 | null> {
  const token = headers.get("authorization")?.replace(/^Bearer /i, "");
  const apikey = headers.get("apikey") ?? undefined;
  const given = token ?? apikey;
  if (given === undefined) return 401;
  if (secretKeys.includes(given)) return null;
  if (given.startsWith("sb_publishable_")) return 403;
  try {
    const { payload } = await jwtVerify(given, new TextEncoder().encode(jwtSecret), { algorithms: ["HS256"] });
    return payload["role"] === "service_role" ? null : 403;
  } catch {
    return 401;
  }
}
