/** The page of a dashboard. */
export function dashboardPath(id: string): string {
  return `/dashboards/${encodeURIComponent(id)}`;
}
