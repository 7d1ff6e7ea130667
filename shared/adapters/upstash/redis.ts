/** `@upstash/redis` and what it loads, pinned as `verify_credentials.ts` tells. */
import "uncrypto";

export { Redis } from "@upstash/redis";
