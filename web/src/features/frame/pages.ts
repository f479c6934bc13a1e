import {
  IconCoins,
  IconFlask2,
  IconGauge,
  IconLayoutDashboard,
  IconList,
  IconMessage2Code,
  IconPlugConnected,
  IconRosetteDiscountCheck,
  IconScale,
  IconSettings,
  IconTimeline,
  IconUsersGroup,
  type Icon,
} from "@tabler/icons-react";

export interface Page {
  path: string;
  label: string;
  icon: Icon;
  /** Pressed after G. */
  key: string;
}

/** The pages of the navigation, in its order. */
export const PAGES: readonly Page[] = [
  { path: "/", label: "Overview", icon: IconTimeline, key: "o" },
  { path: "/performance", label: "Performance", icon: IconGauge, key: "f" },
  { path: "/compare", label: "Compare", icon: IconScale, key: "x" },
  { path: "/cohorts", label: "Cohorts", icon: IconUsersGroup, key: "h" },
  { path: "/prompts", label: "Prompts", icon: IconMessage2Code, key: "p" },
  { path: "/calls", label: "Calls", icon: IconList, key: "c" },
  { path: "/experiments", label: "Experiments", icon: IconFlask2, key: "e" },
  { path: "/quality", label: "Quality", icon: IconRosetteDiscountCheck, key: "q" },
  { path: "/costs", label: "Costs", icon: IconCoins, key: "m" },
  { path: "/dashboards", label: "Dashboards", icon: IconLayoutDashboard, key: "d" },
  { path: "/settings", label: "Settings", icon: IconSettings, key: "s" },
];

/** Reached by the palette and from where it is needed. */
export const CONNECT: Page = { path: "/start", label: "Connect an application", icon: IconPlugConnected, key: "a" };
