import { ActionIcon, Menu } from "@mantine/core";
import {
  IconChartLine,
  IconDots,
  IconFileSpreadsheet,
  IconLink,
  IconList,
  IconPhoto,
  IconTable,
} from "@tabler/icons-react";
import { Link } from "react-router";
import { AlertItems } from "../../../charts/AlertItems";
import type { AlertLink } from "../../../charts/useAlertLinks";

interface Props {
  title: string;
  asTable: boolean;
  /** null where it is not both a chart and a table. */
  onTable: (() => void) | null;
  onCsv: (() => void) | null;
  onPng: (() => void) | null;
  onLink: (() => void) | null;
  callsHref: string | null;
  /** Where an alert on what it shows is made. */
  alerts: readonly AlertLink[];
}

/** What can be done with what a widget shows. */
export function WidgetMenu({ title, asTable, onTable, onCsv, onPng, onLink, callsHref, alerts }: Props) {
  if (onTable === null && onCsv === null && onPng === null && onLink === null && callsHref === null) return null;
  const icon = { size: 16, "aria-hidden": true };
  return (
    <Menu position="bottom-end" width={190}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Menu of ${title}`}>
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {onTable !== null && (
          <Menu.Item leftSection={asTable ? <IconChartLine {...icon} /> : <IconTable {...icon} />} onClick={onTable}>
            {asTable ? "View as chart" : "View as table"}
          </Menu.Item>
        )}
        {callsHref !== null && (
          <Menu.Item component={Link} to={callsHref} leftSection={<IconList {...icon} />}>
            See the calls
          </Menu.Item>
        )}
        {onCsv !== null && (
          <Menu.Item leftSection={<IconFileSpreadsheet {...icon} />} onClick={onCsv}>
            Download CSV
          </Menu.Item>
        )}
        {onPng !== null && (
          <Menu.Item leftSection={<IconPhoto {...icon} />} onClick={onPng}>
            Download PNG
          </Menu.Item>
        )}
        {onLink !== null && (
          <Menu.Item leftSection={<IconLink {...icon} />} onClick={onLink}>
            Copy link
          </Menu.Item>
        )}
        <AlertItems links={alerts} />
      </Menu.Dropdown>
    </Menu>
  );
}
