/** What the pack's functions read from the environment. */
export const VARIABLES: Readonly<Record<string, string>> = {
  CLERK_WEBHOOK_SECRET: "The signing secret of the endpoint at Clerk; two, separated by a space, while it is replaced",
  CLERK_ISSUER: "The iss of Clerk's tokens: the Frontend API URL, without a slash at its end",
  CLERK_SECRET_KEY: "The secret key of the instance at Clerk, for the nightly comparison",
  CLERK_API_URL: "Clerk's Backend API, where it is not at its usual address",
  RESEND_API_KEY: "The key of the mail provider, with the right to send",
  RESEND_FROM: 'Who sends the weekly digest: "Name <address at a verified domain>"',
  RESEND_URL: "The mail provider's address, where it is not Resend's",
  RESEND_WEBHOOK_SECRET: "The signing secret of the endpoint at the mail provider; two, separated by a space",
  DIGEST_PAGES_URL: "Your page with the figures of people, to which the mails link; without it they have no links",
  DIGEST_UNSUBSCRIBE_URL: "Your page with the button that unsubscribes; without it the function shows its own",
};

/** Values for the local stack. The secret only verifies messages that a developer sends to their own machine. */
export const LOCAL_VALUES: Readonly<Record<string, string>> = {
  CLERK_WEBHOOK_SECRET: `whsec_${btoa("a secret of the local stack only")}`,
  CLERK_ISSUER: "https://clerk.example.com",
};
