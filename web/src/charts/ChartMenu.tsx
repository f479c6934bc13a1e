import { ActionIcon, Menu } from "@mantine/core";
import {
  IconChartLine,
  IconDots,
  IconFileSpreadsheet,
  IconLayoutDashboard,
  IconLink,
  IconList,
  IconPhoto,
  IconTable,
} from "@tabler/icons-react";
import { Link } from "react-router";
import { AlertItems } from "./AlertItems";
import type { AlertLink } from "./useAlertLinks";

interface Props {
  title: string;
  asTable: boolean;
  onTable: () => void;
  onCsv: () => void;
  /** null while no chart is drawn. */
  onPng: (() => void) | null;
  onLink: () => void;
  /** null where the chart counts no calls. */
  callsHref: string | null;
  /** Puts it on a dashboard; null where it cannot be on one. */
  onAdd?: (() => void) | null;
  /** Where an alert on what it shows is made. */
  alerts?: readonly AlertLink[];
}

const NO_ALERTS: readonly AlertLink[] = [];

export function ChartMenu({
  title,
  asTable,
  onTable,
  onCsv,
  onPng,
  onLink,
  callsHref,
  onAdd = null,
  alerts = NO_ALERTS,
}: Props) {
  return (
    <Menu position="bottom-end" width={190}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Menu of ${title}`}>
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={asTable ? <IconChartLine size={16} aria-hidden /> : <IconTable size={16} aria-hidden />}
          onClick={onTable}
        >
          {asTable ? "View as chart" : "View as table"}
        </Menu.Item>
        {callsHref !== null && (
          <Menu.Item component={Link} to={callsHref} leftSection={<IconList size={16} aria-hidden />}>
            See the calls
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<IconFileSpreadsheet size={16} aria-hidden />} onClick={onCsv}>
          Download CSV
        </Menu.Item>
        <Menu.Item
          leftSection={<IconPhoto size={16} aria-hidden />}
          onClick={onPng ?? undefined}
          disabled={onPng === null}
        >
          Download PNG
        </Menu.Item>
        <Menu.Item leftSection={<IconLink size={16} aria-hidden />} onClick={onLink}>
          Copy link
        </Menu.Item>
        {onAdd !== null && (
          <Menu.Item leftSection={<IconLayoutDashboard size={16} aria-hidden />} onClick={onAdd}>
            Add to dashboard
          </Menu.Item>
        )}
        <AlertItems links={alerts} />
      </Menu.Dropdown>
    </Menu>
  );
}
