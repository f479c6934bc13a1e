import type { ReactNode } from "react";
import type { Preset } from "../../../state/range";
import { SceneContext } from "../widgets/SceneContext";
import { useProjectScene } from "./useProjectScene";

interface Props {
  /** The range of the dashboard. */
  opensWith: Preset;
  children: ReactNode;
}

/** Widgets inside show the time and the filters of the top bar. A component of its own: what changes inside redraws no chart. */
export function ProjectScene({ opensWith, children }: Props) {
  return <SceneContext value={useProjectScene({ preset: opensWith })}>{children}</SceneContext>;
}
