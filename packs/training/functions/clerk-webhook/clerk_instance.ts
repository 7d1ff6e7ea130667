import { misconfigured } from "../../../../shared/kernel/app_error.ts";
import { checkedIssuersEnvironment } from "../../../../shared/adapters/runtime/checked_environment.ts";
import { type GetVariable, ownIssuers } from "../../../../shared/adapters/runtime/environment.ts";

/** What ids here are made of, beside Clerk's own: the same as for the callers of Clerk's tokens. */
export interface ClerkInstance {
  /** The `iss` of its tokens. */
  readonly issuer: string;
  /** How a user's id is made, as in the issuer's profile. */
  readonly subjects: "derived" | "as_they_are";
}

/**
 * Reads `CLERK_ISSUER`, and from `FRESHET_ISSUERS` how tokens of this issuer name users. Without a profile ids are derived, as
 * they are by a profile that does not say otherwise.
 *
 * @throws AppError INTERNAL when CLERK_ISSUER is missing or no https address without a path, or when tokens of this issuer
 * would name other organisations than the messages
 */
export function clerkInstance(get: GetVariable): ClerkInstance {
  const issuer = get("CLERK_ISSUER") ?? "";
  const what = issuer === "" ? "is missing or empty" : "is not an https address without a path";
  if (!URL.canParse(issuer) || issuer !== new URL(issuer).origin || !issuer.startsWith("https://")) {
    throw misconfigured(
      `CLERK_ISSUER ${what}`,
      "set it to the iss of Clerk's session tokens, which is the Frontend API URL in Clerk's dashboard, for example " +
        "https://clerk.example.com, without a slash at its end",
    );
  }
  const environment = checkedIssuersEnvironment(get);
  const profile = environment.FRESHET_ISSUERS.find((one) => one.issuer === issuer);
  if (ownIssuers(environment).includes(issuer) || profile?.organisations === "uuid") {
    throw misconfigured(
      "tokens of CLERK_ISSUER are taken with organisations as they are, and Clerk's organisations have no uuid",
      'give the issuer a profile in FRESHET_ISSUERS without "organisations", and take it out of FRESHET_JWT_ISSUER',
    );
  }
  return { issuer, subjects: profile?.subjects ?? "derived" };
}
