import { useEffect, useEffectEvent, useRef } from "react";
import type { Notice } from "../../api/notifications";
import { freshNotices } from "./fresh";

/** Tells through the browser what arrives while the page is not looked at, once it is allowed to. */
export function useBrowserNotices(rows: readonly Notice[] | undefined, open: (notice: Notice) => void): void {
  const seen = useRef<string | null>(null);
  const follow = useEffectEvent(open);
  useEffect(() => {
    if (rows === undefined) return;
    const fresh = freshNotices(rows, seen.current);
    seen.current = rows[0]?.id ?? seen.current ?? "";
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    if (document.visibilityState === "visible") return;
    for (const notice of fresh) {
      // the same tag in several tabs, or for the same alert, shows once
      const shown = new Notification(notice.title, { body: notice.text, tag: notice.thread });
      shown.onclick = () => {
        window.focus();
        follow(notice);
      };
    }
  }, [rows]);
}
