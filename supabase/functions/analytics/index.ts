/** The read function: GET /analytics/<pack>/<resource>, /analytics/catalog, /analytics/health. */
import { registry } from "../../../packs/registry.ts";
import { analytics } from "../../../shared/functions/analytics.ts";

export default {
  fetch: analytics({
    registry,
    openapi: () => import("../../../packs/openapi.json", { with: { type: "json" } }),
  }),
};
