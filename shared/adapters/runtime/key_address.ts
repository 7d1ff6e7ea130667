/** Plain http is trusted only on this machine, because an attacker who can change the keys can sign any token. */
export function isTrustedKeyAddress(url: URL): boolean {
  const is_loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && is_loopback);
}
