import type { OpsAction } from "../../../shared/client/mod.ts";

/** Who did it, as it is recorded. */
export function whoOf({ operator_kind, operator_id }: Pick<OpsAction, "operator_kind" | "operator_id">): string {
  return operator_kind === "secret_key" ? "the secret key" : operator_id ?? "a user";
}
