import type { ChannelKind } from "../../../api/channels";

export const KINDS: Record<ChannelKind, { label: string; hint: string }> = {
  email: { label: "Email", hint: "A mail to each address, by the mail server of the operator." },
  slack: { label: "Slack", hint: "An incoming webhook of a Slack app." },
  pagerduty: { label: "PagerDuty", hint: "Opens, acknowledges and resolves alerts of a service." },
  webhook: { label: "Webhook", hint: "A signed POST of JSON to your own program." },
  apprise: {
    label: "Another service",
    hint: "Anything Apprise knows by URL, such as tgram://, discord:// or ntfys://.",
  },
};

export const CHANNEL_STATE = {
  new: { word: "Nothing sent yet", look: "muted" },
  ok: { word: "Works", look: "good" },
  failing: { word: "Failing", look: "bad" },
  off: { word: "Off", look: "muted" },
} as const;
