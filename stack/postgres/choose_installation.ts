import { StackError } from "../stack_error.ts";
import type { ChoiceContext } from "./choice_context.ts";
import { embeddedInstallation } from "./embedded.ts";
import { findInstallation, type Installation } from "./installation.ts";

/** The binaries to run: an installed PostgreSQL that has pg_cron, else the one from npm. */
export async function chooseInstallation(
  flavour: "auto" | "installed" | "embedded",
  context: ChoiceContext,
): Promise<Installation> {
  const installed = flavour === "embedded" ? null : await findInstallation();
  if (installed !== null) return installed;
  if (flavour === "installed") {
    throw new StackError(
      "no installed PostgreSQL with pg_cron was found in /usr/lib/postgresql/*/bin or by the pg_config on PATH",
      "install both (Debian: apt-get install postgresql postgresql-15-cron), or leave the choice open",
    );
  }
  return await embeddedInstallation(context);
}
