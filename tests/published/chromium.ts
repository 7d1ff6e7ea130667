const CHROMIUM = "/usr/bin/chromium";

const FLAGS = [
  "--headless",
  // As root, and without a screen or a network but this machine's.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--disable-background-networking",
  "--disable-component-update",
  "--no-first-run",
];

/** Debian's Chromium with a profile of its own, at one page. */
export async function openInChromium(
  url: string,
  flags: readonly string[] = [],
): Promise<{ readonly profile: string; close(): Promise<void> }> {
  const profile = await Deno.makeTempDir({ prefix: "freshet-chromium-" });
  const args = [...FLAGS, ...flags, `--user-data-dir=${profile}`, url];
  const process = new Deno.Command(CHROMIUM, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
  return {
    profile,
    async close() {
      process.kill("SIGTERM");
      await process.status;
      await removeProfile(profile);
    },
  };
}

/** The browser's helpers end a moment after it, and write to the profile until then. */
async function removeProfile(profile: string): Promise<void> {
  for (let left = 50;; left--) {
    try {
      return await Deno.remove(profile, { recursive: true });
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
