import {
  IconAlertTriangle,
  IconBellRinging,
  IconChartArea,
  IconChartBar,
  IconChartGridDots,
  IconChartLine,
  IconChartPie,
  IconFlask2,
  IconMessageStar,
  IconMoneybag,
  IconNumber123,
  IconTable,
  IconTextSize,
  type Icon,
} from "@tabler/icons-react";
import type { WidgetKind } from "../../api/dashboards";

export const KIND_ICONS: Record<WidgetKind, Icon> = {
  line: IconChartLine,
  area: IconChartArea,
  bar: IconChartBar,
  number: IconNumber123,
  table: IconTable,
  pie: IconChartPie,
  heatmap: IconChartGridDots,
  errors: IconAlertTriangle,
  feedback: IconMessageStar,
  experiments: IconFlask2,
  budgets: IconMoneybag,
  alerts: IconBellRinging,
  text: IconTextSize,
};
