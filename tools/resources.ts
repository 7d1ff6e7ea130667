import { loadAll } from "../shared/resource/registry.ts";
import { registry } from "../packs/registry.ts";

/** Every resource, loaded, for tools and tests. The read function loads each with its first request. */
export const resources = await loadAll(registry);
