import type { Product } from "../rigs/product.ts";

/** `packs/<pack>/tests/support/hosted_steps.ts`: what a pack tries on its deployed functions. */
export interface HostedSteps {
  readonly hostedSteps: Readonly<Record<string, (product: Product) => Promise<void>>>;
}
