/** `@supabase/supabase-js` and what it loads, pinned as `verify_credentials.ts` explains. */
import "iceberg-js";

export { createClient, type SupabaseClient } from "@supabase/supabase-js";
