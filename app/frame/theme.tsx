import { useEffect, useState } from "react";

const KEPT = "freshet.theme";
const THEMES = ["system", "light", "dark"] as const;
type Theme = typeof THEMES[number];

const TITLES: Readonly<Record<Theme, string>> = { system: "System colours", light: "Light", dark: "Dark" };

/** The system's colours by default, or those that the person prefers here. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(keptTheme);
  useEffect(() => apply(theme), [theme]);
  return (
    <label className="theme">
      <span className="sr-only">Colours</span>
      <select
        value={theme}
        onChange={(event) => setTheme(THEMES.find((name) => name === event.currentTarget.value) ?? "system")}
      >
        {THEMES.map((name) => <option key={name} value={name}>{TITLES[name]}</option>)}
      </select>
    </label>
  );
}

/** Called before the first rendering, so that no page flashes in the other colours. */
export function applyKeptTheme(): void {
  apply(keptTheme());
}

function keptTheme(): Theme {
  try {
    const kept = localStorage.getItem(KEPT);
    return THEMES.find((name) => name === kept) ?? "system";
  } catch {
    return "system";
  }
}

function apply(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  try {
    localStorage.setItem(KEPT, theme);
  } catch { /* the choice lasts until the page is left */ }
}
