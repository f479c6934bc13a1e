import { Menu } from "@mantine/core";
import { IconBellPlus } from "@tabler/icons-react";
import { Link } from "react-router";
import type { AlertLink } from "./useAlertLinks";

/** Items of a chart's menu: an alert on its metric, or on one of them. */
export function AlertItems({ links }: { links: readonly AlertLink[] }) {
  const [only, ...others] = links;
  if (only === undefined) return null;
  const icon = <IconBellPlus size={16} aria-hidden />;
  if (others.length === 0) {
    return (
      <Menu.Item component={Link} to={only.href} leftSection={icon}>
        Create alert
      </Menu.Item>
    );
  }
  return (
    <>
      <Menu.Divider />
      <Menu.Label>Create alert on</Menu.Label>
      {links.map(({ label, href }) => (
        <Menu.Item key={href} component={Link} to={href} leftSection={icon}>
          {label}
        </Menu.Item>
      ))}
    </>
  );
}
