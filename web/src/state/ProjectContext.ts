import { createContext, useContext } from "react";
import type { Project, Role } from "../api/types";

export interface CurrentProject extends Project {
  role: Role;
}

export const ProjectContext = createContext<CurrentProject | null>(null);

/** The project that the page is about. */
export function useProject(): CurrentProject {
  const project = useContext(ProjectContext);
  if (project === null) throw new Error("useProject outside ProjectContext");
  return project;
}
