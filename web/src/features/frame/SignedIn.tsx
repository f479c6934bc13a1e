import { Loader } from "@mantine/core";
import type { ReactNode } from "react";
import { Navigate, useLocation, useSearchParams } from "react-router";
import { useSession } from "../../api/useSession";
import { ProjectContext } from "../../state/ProjectContext";
import { parseView, writeView } from "../../state/view";
import { Failure } from "../../ui/Failure";
import { NoProject } from "./NoProject";
import classes from "./SignedIn.module.css";

/** Its children for a person who is signed in and may see the project of the address; others are shown the way. */
export function SignedIn({ children }: { children: ReactNode }) {
  const { data: session, error, isPending, refetch } = useSession();
  const location = useLocation();
  const [params] = useSearchParams();
  const view = parseView(params);
  if (isPending) {
    return (
      <div className={classes["whole"]}>
        <Loader aria-label="Loading" />
      </div>
    );
  }
  if (error !== null) {
    return (
      <div className={classes["whole"]}>
        <Failure what="PromptPulse could not be loaded" error={error} onRetry={() => void refetch()} />
      </div>
    );
  }
  if (session === null) {
    const from = `${location.pathname}${location.search}${location.hash}`;
    return <Navigate to={from === "/" ? "/sign-in" : `/sign-in?return=${encodeURIComponent(from)}`} replace />;
  }
  const project = view.project === null ? session.projects[0] : session.projects.find(({ id }) => id === view.project);
  if (project === undefined) return <NoProject projects={session.projects} asked={view.project} />;
  if (view.project === null) {
    // a link must lead everyone to the same project
    const search = writeView({ ...view, project: project.id }, params).toString();
    return (
      <Navigate
        to={{ pathname: location.pathname, search, hash: location.hash }}
        state={location.state as unknown}
        replace
      />
    );
  }
  return <ProjectContext value={project}>{children}</ProjectContext>;
}
