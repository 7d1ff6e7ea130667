import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** Publishes the keys that sign tokens, like a project's auth. On loopback only. */
export interface KeyServer {
  readonly url: string;
  /** How often the keys were fetched. */
  asked(): number;
  /** Switches all answers to 500, or back. */
  down(is_down: boolean): void;
  /** Adds a key, which is published from now on unless it is forged. */
  addKey(kid: string, publishing?: { readonly is_forged: boolean }): Promise<void>;
  /** A token signed by the key, with claims besides the usual ones; no two tokens are equal. */
  sign(key: { readonly kid: string; readonly said?: string }, claims: Record<string, unknown>): Promise<string>;
  stop(): Promise<void>;
}

export function startKeyServer(): KeyServer {
  const published: object[] = [];
  const keys = new Map<string, CryptoKey>();
  let asked = 0;
  let is_down = false;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    asked += 1;
    return is_down ? new Response("down", { status: 500 }) : Response.json({ keys: published });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/jwks.json`,
    asked: () => asked,
    down: (so) => void (is_down = so),
    async addKey(kid, { is_forged } = { is_forged: false }) {
      const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
      keys.set(kid, privateKey);
      if (!is_forged) published.push({ ...await exportJWK(publicKey), kid, alg: "ES256", use: "sig" });
    },
    sign({ kid, said = kid }, claims) {
      const key = keys.get(kid);
      if (key === undefined) throw new Error(`there is no key ${kid}`);
      return new SignJWT({ aud: "authenticated", role: "authenticated", jti: crypto.randomUUID(), ...claims })
        .setProtectedHeader({ alg: "ES256", kid: said }).setIssuedAt().setExpirationTime("1h").sign(key);
    },
    stop: () => server.shutdown(),
  };
}
