/** What the pack's functions read from the environment. */
export const VARIABLES: Readonly<Record<string, string>> = {
  CLERK_WEBHOOK_SECRET: "The signing secret of the endpoint at Clerk; two, separated by a space, while it is replaced",
  CLERK_ISSUER: "The iss of Clerk's tokens: the Frontend API URL, without a slash at its end",
};

/** Values for the local stack. The secret only verifies messages that a developer sends to their own machine. */
export const LOCAL_VALUES: Readonly<Record<string, string>> = {
  CLERK_WEBHOOK_SECRET: `whsec_${btoa("a secret of the local stack only")}`,
  CLERK_ISSUER: "https://clerk.example.com",
};
