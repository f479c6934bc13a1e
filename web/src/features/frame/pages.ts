import {
  IconBellRinging,
  IconBolt,
  IconCoins,
  IconFlame,
  IconFlask2,
  IconGauge,
  IconLayoutDashboard,
  IconList,
  IconMail,
  IconMessage2Code,
  IconPlugConnected,
  IconRosetteDiscountCheck,
  IconScale,
  IconSettings,
  IconShieldCheck,
  IconStethoscope,
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
  /** Begins a group of pages. */
  begins?: true;
}

/** The pages of the navigation, in its order. */
export const PAGES: readonly Page[] = [
  { path: "/", label: "Overview", icon: IconTimeline, key: "o" },
  { path: "/performance", label: "Performance", icon: IconGauge, key: "f" },
  { path: "/compare", label: "Compare", icon: IconScale, key: "x" },
  { path: "/cohorts", label: "Cohorts", icon: IconUsersGroup, key: "h" },
  { path: "/prompts", label: "Prompts", icon: IconMessage2Code, key: "p", begins: true },
  { path: "/calls", label: "Calls", icon: IconList, key: "c" },
  { path: "/experiments", label: "Experiments", icon: IconFlask2, key: "e" },
  { path: "/quality", label: "Quality", icon: IconRosetteDiscountCheck, key: "q" },
  { path: "/costs", label: "Costs", icon: IconCoins, key: "m" },
  { path: "/alerts", label: "Alerts", icon: IconBellRinging, key: "t", begins: true },
  { path: "/incidents", label: "Incidents", icon: IconFlame, key: "i" },
  { path: "/slas", label: "SLAs", icon: IconShieldCheck, key: "l" },
  { path: "/actions", label: "Actions", icon: IconBolt, key: "n" },
  { path: "/dashboards", label: "Dashboards", icon: IconLayoutDashboard, key: "d", begins: true },
  { path: "/reports", label: "Reports", icon: IconMail, key: "b" },
  { path: "/settings", label: "Settings", icon: IconSettings, key: "s" },
];

/** Reached by the palette and from where it is needed. */
export const CONNECT: Page = { path: "/start", label: "Connect an application", icon: IconPlugConnected, key: "a" };
export const DIAGNOSIS: Page = { path: "/diagnosis", label: "Troubleshooting", icon: IconStethoscope, key: "w" };
