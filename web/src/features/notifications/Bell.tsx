import { ActionIcon, Indicator, Popover } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBell } from "@tabler/icons-react";
import { useNavigate } from "react-router";
import { useWatchWrite } from "../../api/useWatchWrite";
import { useHref } from "../../state/useHref";
import { NoticeList } from "./NoticeList";
import { useBrowserNotices } from "./useBrowserNotices";
import { useNotices } from "./useNotices";

const MOST_SHOWN = 99;

/** What happened, behind a bell: how many are unread, the newest, and where each leads. */
export function Bell() {
  const href = useHref();
  const navigate = useNavigate();
  const notices = useNotices();
  const read = useWatchWrite<{ unread: number }>();
  const [opened, popover] = useDisclosure(false);
  const unread = notices.data?.unread ?? 0;
  useBrowserNotices(notices.data?.rows, (notice) => {
    if (notice.url !== "") void navigate(href(notice.url));
  });
  const close = () => {
    popover.close();
    const newest = notices.data?.rows[0];
    // what was on the screen is read, not what came meanwhile
    if (opened && unread > 0 && newest !== undefined) {
      read.mutate({ path: "/notifications/read", method: "POST", body: { until: newest.id } });
    }
  };
  return (
    <Popover
      withRoles={false}
      opened={opened}
      onChange={(next) => {
        if (!next) close();
      }}
      position="bottom-end"
      trapFocus
      returnFocus
      width="min(420px, 94vw)"
      shadow="md"
    >
      <Popover.Target>
        <Indicator
          disabled={unread === 0}
          label={unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}
          size={16}
          offset={4}
          color="red.9"
        >
          <ActionIcon
            variant="default"
            size={30}
            onClick={opened ? close : popover.open}
            aria-haspopup="dialog"
            aria-expanded={opened}
            aria-label={unread === 0 ? "Notifications" : `Notifications, ${unread} unread`}
          >
            <IconBell size={16} aria-hidden />
          </ActionIcon>
        </Indicator>
      </Popover.Target>
      <Popover.Dropdown role="dialog" tabIndex={-1} aria-label="Notifications" p={0}>
        <NoticeList notices={notices} onFollow={close} />
      </Popover.Dropdown>
    </Popover>
  );
}
