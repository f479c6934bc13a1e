import type { AlertSource } from "../../api/alerts";

/** The page of what an alert comes from. */
export function sourcePath(source: AlertSource, id: string): string {
  switch (source) {
    case "rule":
      return `/alerts/${encodeURIComponent(id)}`;
    case "sla":
      return `/slas/${encodeURIComponent(id)}`;
    case "budget":
      return "/costs";
    case "action":
      return `/actions/${encodeURIComponent(id)}`;
  }
}
