/**
 * `@supabase/server` and its dependencies, at the versions that the tests ran with. A deployment reads no lock file, so a
 * version range inside a package resolves to the newest version of that day, unless the import map names one: hence the bare
 * imports.
 */
import "@supabase/supabase-js";
import "jose";

export { verifyCredentials, type VerifyCredentialsOptions } from "@supabase/server/core";
