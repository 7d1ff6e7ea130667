import { loadAll } from "../shared/resource/registry.ts";
import { registry } from "../shared/packs/registry.ts";

/** Every resource, loaded: for tools and tests. The read function loads each when it is asked for. */
export const resources = await loadAll(registry);
