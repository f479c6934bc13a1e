import type { Notice } from "../../api/notifications";

/** Unread ones that came after `seen`, the id of the newest that was there before; oldest first. Ids ascend with time. */
export function freshNotices(rows: readonly Notice[], seen: string | null): Notice[] {
  if (seen === null) return [];
  return rows.filter(({ id, read }) => !read && id > seen).toReversed();
}
