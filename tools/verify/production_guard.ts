import type { Target } from "./target.ts";
import { VerifyError } from "./verify_error.ts";

export interface Confirmation {
  readonly allowProd: boolean;
  /** Whether this is an interactive terminal: a script must not be able to confirm. */
  readonly isTerminal: boolean;
  readonly ask: (question: string) => string | null;
}

/**
 * Guards against touching production by mistake: requires --allow-prod, and the host's name typed at a terminal.
 *
 * @throws VerifyError if one of them is missing.
 */
export function requireConsent(target: Target, { allowProd, isTerminal, ask }: Confirmation): void {
  if (!target.isProduction) return;
  if (!allowProd) {
    throw new VerifyError(
      `"${target.host}" counts as production`,
      "name it in FRESHET_VERIFY_STAGING_HOSTS if it is staging; in an emergency give --allow-prod, and write down why",
    );
  }
  if (!isTerminal) {
    throw new VerifyError(
      `--allow-prod for "${target.host}" has to be confirmed at a terminal, and there is none`,
      "run it by hand, not from a script",
    );
  }
  const typed = ask(`This is production. Type the host name to go on (${target.host}):`);
  if (typed?.trim() === target.host) return;
  throw new VerifyError("The host name was not typed, so nothing was done", `type ${target.host} when asked`);
}
