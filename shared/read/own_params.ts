import type { Resource } from "../resource/resource.ts";
import type { Params } from "./source.ts";

/** The parameters without the one that names the person: the scope says whose rows are read. */
export function ownParams({ access }: Pick<Resource, "access">, params: Params): Params {
  if (access.scope !== "person") return params;
  const { [access.param]: _person, ...own } = params;
  return own;
}
