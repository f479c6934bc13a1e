import { Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import {
  IconCheck,
  IconDeviceDesktop,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSun,
  IconUserCircle,
} from "@tabler/icons-react";
import { Link } from "react-router";
import { useSession } from "../../api/useSession";
import { useHref } from "../../state/useHref";
import classes from "./AccountMenu.module.css";
import { openShortcuts } from "./events";
import { useSignOut } from "./useSignOut";

const SCHEMES = [
  { scheme: "light", label: "Light", icon: IconSun },
  { scheme: "dark", label: "Dark", icon: IconMoon },
  { scheme: "auto", label: "As the system", icon: IconDeviceDesktop },
] as const;

export function AccountMenu({ collapsed }: { collapsed: boolean }) {
  const { data: session } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const href = useHref();
  const signOut = useSignOut();
  const email = session?.user.email ?? "";
  return (
    <Menu position="top-start" width={250}>
      <Menu.Target>
        <UnstyledButton className={classes["button"] ?? ""} aria-label={`Account: ${email}`}>
          <IconUserCircle size={20} stroke={1.6} aria-hidden />
          {!collapsed && <span className={classes["email"]}>{session?.user.name ?? email}</span>}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{email}</Menu.Label>
        <Menu.Item
          component={Link}
          to={href("/settings/account")}
          leftSection={<IconUserCircle size={16} aria-hidden />}
        >
          My account
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={openShortcuts}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Divider />
        {SCHEMES.map(({ scheme, label, icon: Icon }) => (
          <Menu.Item
            key={scheme}
            closeMenuOnClick={false}
            leftSection={<Icon size={16} aria-hidden />}
            rightSection={scheme === colorScheme ? <IconCheck size={14} aria-label="chosen" /> : null}
            onClick={() => setColorScheme(scheme)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => signOut.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
