/** The function of exports: POST /export, GET and DELETE /export/<id>; the scheduler calls it for their next steps. */
import { registry } from "../../../packs/registry.ts";
import { exports } from "../../../shared/functions/export.ts";

export default { fetch: exports({ registry }) };
