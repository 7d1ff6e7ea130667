import { equal } from "node:assert/strict";
import { databaseTypes, typesFile } from "../../tools/database_types.ts";
import { testDatabaseUrl } from "../support/rigs/test_database.ts";

Deno.test("shared/adapters/supabase/database_types.ts is current (else: deno run -A tools/database_types.ts)", async () => {
  equal(await Deno.readTextFile(typesFile), await databaseTypes(testDatabaseUrl()));
});
