export type Scheme = "light" | "dark";

/** Okabe and Ito's colours, darkened or lightened until each has 3:1 on the panel. */
const PALETTE: Record<Scheme, readonly string[]> = {
  light: ["#0069ad", "#c8560a", "#00875f", "#b3548f", "#6b5000", "#2b8cc9", "#6a51a3", "#5f6b7a"],
  dark: ["#4da3e0", "#ff8f52", "#2fc298", "#e58fc0", "#dcb53a", "#8ccbf5", "#ab97ea", "#9aa6b5"],
};

/** From few to many, of heatmaps. */
export const SHADES: Record<Scheme, readonly string[]> = {
  light: ["#e3edf7", "#7ab0da", "#0069ad", "#02315c"],
  dark: ["#1d2a38", "#28618f", "#4da3e0", "#d3eaff"],
};

export interface Inks {
  text: string;
  muted: string;
  grid: string;
  panel: string;
  healthy: string;
  warning: string;
  critical: string;
}

export const INKS: Record<Scheme, Inks> = {
  light: {
    text: "#1b2230",
    muted: "#5b6575",
    grid: "#e7eaee",
    panel: "#ffffff",
    healthy: "#0a7d4f",
    warning: "#a86100",
    critical: "#c5262e",
  },
  dark: {
    text: "#e6e9ee",
    muted: "#98a2b0",
    grid: "#2b323c",
    panel: "#171b21",
    healthy: "#3ecb8c",
    warning: "#f0b13c",
    critical: "#ff7078",
  },
};

export function colourAt(place: number, scheme: Scheme): string {
  const palette = PALETTE[scheme];
  return palette[place % palette.length] ?? INKS[scheme].muted;
}
