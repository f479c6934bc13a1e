import { useEffect, useRef } from "react";
import { NavLink, Navigate, useParams } from "react-router";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { AccountSettings } from "./AccountSettings";
import { AuditLog } from "./AuditLog";
import { ChannelSettings } from "./channels/ChannelSettings";
import { KeySettings } from "./KeySettings";
import { MemberSettings } from "./MemberSettings";
import { MetricSettings } from "./metrics/MetricSettings";
import { PriceSettings } from "./PriceSettings";
import { ProjectSettings } from "./ProjectSettings";
import { RetentionSettings } from "./retention/RetentionSettings";
import { ScoreSettings } from "./ScoreSettings";
import classes from "./Settings.module.css";

const PARTS = [
  { path: "project", label: "Project", part: ProjectSettings, adminsOnly: false },
  { path: "keys", label: "API keys", part: KeySettings, adminsOnly: true },
  { path: "prices", label: "Prices", part: PriceSettings, adminsOnly: false },
  { path: "scores", label: "Scores", part: ScoreSettings, adminsOnly: false },
  { path: "metrics", label: "Custom metrics", part: MetricSettings, adminsOnly: false },
  { path: "channels", label: "Channels", part: ChannelSettings, adminsOnly: false },
  { path: "retention", label: "Retention", part: RetentionSettings, adminsOnly: false },
  { path: "members", label: "Members", part: MemberSettings, adminsOnly: true },
  { path: "audit", label: "Audit log", part: AuditLog, adminsOnly: true },
  { path: "account", label: "My account", part: AccountSettings, adminsOnly: false },
] as const;

export function Settings() {
  const { part: path } = useParams();
  const href = useHref();
  const { role } = useProject();
  const parts = PARTS.filter(({ adminsOnly }) => !adminsOnly || role === "admin");
  const nav = useRef<HTMLElement>(null);
  // on a phone the parts are one line that scrolls: the open one is in sight
  useEffect(() => {
    nav.current?.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [path]);
  const found = parts.find((one) => one.path === path);
  if (found === undefined) return <Navigate to={href("/settings/project")} replace />;
  const Part = found.part;
  return (
    <div className={classes["page"]}>
      <h1 className={classes["title"]}>Settings</h1>
      <nav ref={nav} className={classes["nav"]} aria-label="Settings">
        {parts.map(({ path: to, label }) => (
          <NavLink key={to} to={href(`/settings/${to}`)} className={classes["link"] ?? ""}>
            {label}
          </NavLink>
        ))}
        <NavLink to={href("/diagnosis")} className={classes["link"] ?? ""}>
          Troubleshooting
        </NavLink>
      </nav>
      <div className={classes["part"]}>
        <Part />
      </div>
    </div>
  );
}
