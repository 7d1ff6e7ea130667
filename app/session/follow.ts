import { type Claims, claimsOf } from "./claims.ts";
import type { Session } from "./session.ts";

/**
 * A session whose token may be another one at each request. When a new one says something else about the person (another
 * role, another organisation), the function given to `follow` gets the new claims, before the request.
 */
export function following(
  first: Claims,
  current: () => Promise<string | null>,
): Pick<Session, "claims" | "token" | "follow"> {
  let last = first;
  let tell: (claims: Claims) => void = () => {};
  return {
    claims: first,
    async token() {
      const token = await current();
      const claims = token === null ? null : claimsOf(token);
      if (claims !== null && !saysTheSame(claims, last)) {
        last = claims;
        tell(claims);
      }
      return token;
    },
    follow(onChange) {
      tell = onChange;
    },
  };
}

/**
 * Sets a session right when its token becomes one of other claims. Of the same person it is the session with those claims;
 * of another one, who has signed in in another tab of the same browser, it is theirs: with their name in the header.
 */
export async function turned(
  session: Session,
  claims: Claims,
  resume: () => Promise<Session | null>,
): Promise<Session | null> {
  return claims.subject === session.claims.subject ? { ...session, claims } : await resume();
}

/** Whether two tokens give a person the same pages. Their ends differ. */
function saysTheSame(one: Claims, other: Claims): boolean {
  return one.subject === other.subject && one.is_admin === other.is_admin && one.org_id === other.org_id &&
    one.org_role === other.org_role;
}
