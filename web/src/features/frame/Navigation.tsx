import { ActionIcon, Tooltip } from "@mantine/core";
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from "@tabler/icons-react";
import { NavLink } from "react-router";
import { useHref } from "../../state/useHref";
import { Logo } from "../../ui/Logo";
import { AccountMenu } from "./AccountMenu";
import classes from "./Navigation.module.css";
import { PAGES } from "./pages";

interface Props {
  collapsed: boolean;
  /** Absent where the navigation cannot collapse. */
  onCollapse?: () => void;
  onFollow?: () => void;
}

export function Navigation({ collapsed, onCollapse, onFollow }: Props) {
  const href = useHref();
  return (
    <nav className={classes["nav"]} aria-label="Pages" data-collapsed={collapsed || undefined}>
      <div className={classes["brand"]}>
        <Logo />
        {!collapsed && <span className={classes["name"]}>PromptPulse</span>}
      </div>
      <ul className={classes["pages"]}>
        {PAGES.map(({ path, label, icon: Icon, begins }) => (
          <li key={path} data-begins={begins}>
            <Tooltip label={label} position="right" disabled={!collapsed}>
              <NavLink
                to={href(path)}
                end={path === "/"}
                className={classes["page"] ?? ""}
                aria-label={label}
                {...(onFollow === undefined ? {} : { onClick: onFollow })}
              >
                <Icon size={18} stroke={1.75} aria-hidden />
                {!collapsed && label}
              </NavLink>
            </Tooltip>
          </li>
        ))}
      </ul>
      <div className={classes["foot"]}>
        <AccountMenu collapsed={collapsed} />
        {onCollapse !== undefined && (
          <Tooltip label={collapsed ? "Show words" : "Icons only"} position="right">
            <ActionIcon
              variant="subtle"
              color="gray"
              onClick={onCollapse}
              aria-label={collapsed ? "Show words in the navigation" : "Icons only in the navigation"}
            >
              {collapsed ? (
                <IconLayoutSidebarLeftExpand size={18} aria-hidden />
              ) : (
                <IconLayoutSidebarLeftCollapse size={18} aria-hidden />
              )}
            </ActionIcon>
          </Tooltip>
        )}
      </div>
    </nav>
  );
}
