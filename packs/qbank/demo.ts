import type { PackDemo } from "../../stack/pack_demo.ts";
import { plantDemoBank } from "./demo/rows.ts";

export const demo: PackDemo = {
  sample: {
    async state(sql) {
      const [table] = await sql`select to_regclass('public.questions') is not null as exists`;
      if (table?.exists !== true) return "absent";
      const [held] = await sql`
        select not exists (select from public.questions) as is_empty,
            exists (select from public.questions as q where q.id = md5('demo:question:1')::uuid) as is_sample`;
      if (held?.is_empty === true) return "empty";
      return held?.is_sample === true ? "sample" : "own";
    },
    complete: plantDemoBank,
  },
};
