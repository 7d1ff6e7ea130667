import type { PackDemo } from "../../stack/pack_demo.ts";
import { plantDemoEngagement } from "./demo/rows.ts";

export const demo: PackDemo = {
  sample: {
    async state(sql) {
      const [table] = await sql`select to_regclass('public.tracks') is not null as exists`;
      if (table?.exists !== true) return "absent";
      const [held] = await sql`
        select not exists (select from public.tracks) as is_empty,
            exists (select from public.tracks as t where t.id = md5('demo:track:1')::uuid) as is_sample`;
      if (held?.is_empty === true) return "empty";
      return held?.is_sample === true ? "sample" : "own";
    },
    complete: plantDemoEngagement,
  },
};
