import { makeIssuer } from "../../../../tests/support/fixtures/issuers.ts";
import { LOCAL_VALUES } from "../../functions/variables.ts";

/** Session tokens of the instance of Clerk whose messages the local product takes. */
export interface ClerkTokens {
  /** For FRESHET_ISSUERS: the keys are in it, so that nothing is fetched. */
  readonly profiles: string;
  /** A token of the next minute with these claims. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
}

const APP = "https://app.example.com";

export async function makeClerkTokens(): Promise<ClerkTokens> {
  const clerk = await makeIssuer(LOCAL_VALUES["CLERK_ISSUER"] ?? "", "RS256", "clerk");
  return {
    profiles: JSON.stringify([{
      preset: "clerk",
      issuer: clerk.issuer,
      allowed_azp: [APP],
      jwks: clerk.published,
    }]),
    sign(claims) {
      const now = Math.floor(Date.now() / 1_000);
      return clerk.sign({ iss: clerk.issuer, azp: APP, v: 2, sid: "sess_1", iat: now, exp: now + 60, ...claims });
    },
  };
}
