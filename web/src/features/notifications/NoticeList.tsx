import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "react-router";
import { formatAgo } from "../../format/time";
import { useHref } from "../../state/useHref";
import { Empty } from "../../ui/Empty";
import { RowsState } from "../../ui/RowsState";
import { SeverityMark } from "../../ui/SeverityMark";
import { BrowserSwitch } from "./BrowserSwitch";
import classes from "./Notifications.module.css";
import type { Notices } from "./useNotices";

interface Props {
  notices: UseQueryResult<Notices>;
  onFollow: () => void;
}

/** The newest notifications; unread ones stand out. */
export function NoticeList({ notices, onFollow }: Props) {
  const href = useHref();
  return (
    <div className={classes["box"]}>
      <header className={classes["head"]}>
        <h2 className={classes["title"]}>Notifications</h2>
        <Link to={href("/incidents")} onClick={onFollow}>
          Incidents
        </Link>
      </header>
      <RowsState
        what="The notifications"
        rows={notices.data?.rows}
        error={notices.error}
        onRetry={() => void notices.refetch()}
        empty={<Empty title="Nothing to tell yet">Alerts and what becomes of them appear here.</Empty>}
      >
        <ul className={classes["list"]}>
          {notices.data?.rows.map((notice) => (
            <li key={notice.id} className={classes["notice"]} data-unread={!notice.read || undefined}>
              <div className={classes["line"]}>
                <SeverityMark severity={notice.severity} />
                <span className={classes["muted"]}>{formatAgo(notice.created_at, notices.dataUpdatedAt)}</span>
              </div>
              {notice.url === "" ? (
                <strong>{notice.title}</strong>
              ) : (
                <Link to={href(notice.url)} onClick={onFollow} className={classes["link"] ?? ""}>
                  {notice.title}
                </Link>
              )}
              {beyond(notice) !== "" && <div className={classes["muted"]}>{beyond(notice)}</div>}
            </li>
          ))}
        </ul>
      </RowsState>
      <BrowserSwitch />
    </div>
  );
}

/** What the text says that the title does not. */
function beyond({ title, text }: Notices["rows"][number]): string {
  return title.endsWith(text.replace(/\.$/, "")) ? "" : text;
}
