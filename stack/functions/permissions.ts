/** The variables that a function may read, and the hosts that it may reach. */
export interface Reach {
  /** Its whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that it may read although they are not set. */
  readonly optional: readonly string[];
  /** The port that it listens on. */
  readonly port: number;
}

/**
 * The permissions of an isolate: to listen, to reach the hosts that its variables name, and to read these variables. On
 * the platform a function may reach every host; here a forgotten address is an error on the day on which it is written.
 */
export function permissionsOf({ environment, optional, port }: Reach): string[] {
  const hosts = new Set([`127.0.0.1:${port}`, ...Object.values(environment).flatMap(addressesIn).flatMap(hostOf)]);
  const names = new Set([...Object.keys(environment), ...optional]);
  return [`--allow-net=${[...hosts].join(",")}`, `--allow-env=${[...names].join(",")}`];
}

/** The value itself, or the texts in a value that is JSON. */
function addressesIn(value: string): string[] {
  if (!/^[[{]/.test(value)) return [value];
  return [...value.matchAll(/"(https?:[^"\\]+)"/g)].map(([, address = ""]) => address);
}

function hostOf(value: string): string[] {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return [];
  const { protocol, hostname, port } = new URL(value);
  return [`${hostname}:${port || (protocol === "https:" ? "443" : "80")}`];
}
