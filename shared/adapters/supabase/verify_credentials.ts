/**
 * `@supabase/server` and what it loads, at the versions that the tests ran with. A deployment reads no lock file, so a
 * range inside a package takes the newest version of that day, unless the import map names one: hence the bare imports.
 */
import "@supabase/supabase-js";
import "jose";

export { verifyCredentials, type VerifyCredentialsOptions } from "@supabase/server/core";
