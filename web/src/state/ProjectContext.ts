import { createContext, useContext } from "react";
import type { Project } from "../api/types";

export const ProjectContext = createContext<Project | null>(null);

/** The project that the page is about. */
export function useProject(): Project {
  const project = useContext(ProjectContext);
  if (project === null) throw new Error("useProject outside ProjectContext");
  return project;
}
