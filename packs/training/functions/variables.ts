/** What the pack's functions read from the environment. */
export const VARIABLES: Readonly<Record<string, string>> = {
  CLERK_WEBHOOK_SECRET: "The signing secret of the endpoint at Clerk; two, separated by a space, while it is replaced",
};
