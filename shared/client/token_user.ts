/**
 * The subject of an access token, in a form without blanks; null if there is none. The token is not verified: the server
 * does that, and takes the user from it.
 */
export function userOf(token: string): string | null {
  try {
    const [, payload = ""] = token.split(".");
    const bytes = Uint8Array.from(
      atob(payload.replaceAll("-", "+").replaceAll("_", "/")),
      (byte) => byte.charCodeAt(0),
    );
    const { sub } = JSON.parse(new TextDecoder().decode(bytes));
    return typeof sub === "string" && sub !== "" ? encodeURIComponent(sub) : null;
  } catch {
    return null;
  }
}
