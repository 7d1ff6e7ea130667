/** `@upstash/redis` and what it loads, pinned as `verify_credentials.ts` explains. */
import "uncrypto";

export { Redis } from "@upstash/redis";
