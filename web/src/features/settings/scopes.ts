import type { Role, Scope } from "../../api/types";

export const SCOPES: Record<Scope, { label: string; description: string }> = {
  ingest: { label: "send calls", description: "For the programs that call LLMs." },
  read: { label: "read metrics", description: "For dashboards, scripts and exports." },
  admin: { label: "manage the project", description: "Reads, and changes settings, keys and members." },
};

export const ROLES: Record<Role, string> = {
  viewer: "Viewer: sees everything",
  editor: "Editor: also changes prices",
  admin: "Admin: everything",
};
