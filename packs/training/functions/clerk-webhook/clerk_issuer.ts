import { misconfigured } from "../../../../shared/kernel/app_error.ts";

/**
 * The issuer of Clerk's tokens, exactly as their `iss` has it. It is read at each message: the id of an organisation is
 * made of it, so a wrong one would make every organisation a second time.
 *
 * @throws AppError INTERNAL when CLERK_ISSUER is missing or no https address without a path
 */
export function clerkIssuer(get: (variable: string) => string | undefined): string {
  const issuer = get("CLERK_ISSUER") ?? "";
  const what = issuer === "" ? "is missing or empty" : "is not an https address without a path";
  if (URL.canParse(issuer) && issuer === new URL(issuer).origin && issuer.startsWith("https://")) return issuer;
  throw misconfigured(
    `CLERK_ISSUER ${what}`,
    "set it to the iss of Clerk's session tokens, which is the Frontend API URL in Clerk's dashboard, for example " +
      "https://clerk.example.com, without a slash at its end",
  );
}
