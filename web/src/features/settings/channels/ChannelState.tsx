import { IconAlertTriangle, IconCircleCheck, IconCircleMinus } from "@tabler/icons-react";
import type { Channel } from "../../../api/channels";
import classes from "./Channels.module.css";
import { CHANNEL_STATE } from "./kinds";

const ICONS = { good: IconCircleCheck, bad: IconAlertTriangle, muted: IconCircleMinus } as const;

/** Whether messages arrive, and why not. */
export function ChannelState({ channel }: { channel: Channel }) {
  const { word, look } = CHANNEL_STATE[channel.state];
  const Icon = ICONS[look];
  const counts = [
    ...(channel.waiting > 0 ? [`${channel.waiting} waiting`] : []),
    ...(channel.dead > 0 ? [`${channel.dead} given up`] : []),
  ];
  return (
    <>
      <span className={classes[look]}>
        <Icon size={14} aria-hidden /> {word}
      </span>
      {channel.problem !== null && <div className={classes["problem"]}>{channel.problem}</div>}
      {counts.length > 0 && <div className={classes["under"]}>{counts.join(", ")}</div>}
    </>
  );
}
