import type { ComponentType } from "react";
import type { Claims } from "../session/claims.ts";
import type { Settings } from "../session/settings.ts";

export interface PageProps {
  readonly claims: Claims;
  readonly links: Settings["links"];
}

/** A page of a pack, as `packs/<pack>/pages/pages.ts` lists it. */
export interface PageEntry {
  /** Also the name of its file: packs/<pack>/pages/<name>.tsx, and of its address: /<pack>/<name>. */
  readonly name: string;
  readonly title: string;
  /** Whether the page is offered to a person. What the person may read is decided by the API. */
  isFor(claims: Claims): boolean;
  load(): Promise<{ readonly Page: ComponentType<PageProps> }>;
}

export interface FoundPage extends PageEntry {
  readonly path: string;
}

/** @param modules by the file's name, as import.meta.glob gives them */
export function pagesOf(modules: Readonly<Record<string, { readonly pages: readonly PageEntry[] }>>): FoundPage[] {
  return Object.entries(modules).flatMap(([file, { pages }]) => {
    const [, pack = ""] = /packs\/([^/]+)\/pages\//.exec(file) ?? [];
    return pages.map((page) => ({ ...page, path: `${pack}/${page.name}` }));
  });
}

const loaded = new Map<string, ComponentType<PageProps>>();

/** Loads a page, once. */
export async function loadPage(page: FoundPage): Promise<ComponentType<PageProps>> {
  const { Page } = await page.load();
  loaded.set(page.path, Page);
  return Page;
}

/** A page that is loaded already, and so can be shown at once; null otherwise. */
export function loadedPage({ path }: FoundPage): ComponentType<PageProps> | null {
  return loaded.get(path) ?? null;
}

/** The page that an address names; null at the root, and where there is none. */
export function pageNamed(pages: readonly FoundPage[], path: string, base: string): FoundPage | null {
  const name = nameIn(path, base);
  return pages.find((page) => page.path === name) ?? null;
}

function nameIn(path: string, base: string): string {
  const inside = path.startsWith(base) ? path.slice(base.length) : path;
  return inside.replace(/(?:^|\/)(?:index\.html)?$/, "");
}

/** The page at an address; at the root, the first page that is for the person. Null if there is none. */
export function pageAt(pages: readonly FoundPage[], path: string, base: string, claims: Claims): FoundPage | null {
  if (nameIn(path, base) === "") return pages.find((page) => page.isFor(claims)) ?? null;
  return pageNamed(pages, path, base);
}
