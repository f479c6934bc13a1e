import { Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { useApi } from "../../../api/ApiContext";
import { ApiError } from "../../../api/client";
import type { SharedDashboard } from "../../../api/dashboards";
import { Failure } from "../../../ui/Failure";
import classes from "./Shared.module.css";
import { SharedGone } from "./SharedGone";
import { SharedView } from "./SharedView";

/** A dashboard for whoever has its link, without an account. */
export function SharedPage() {
  const api = useApi();
  const { token = "" } = useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ["shared", token],
    staleTime: Infinity,
    queryFn: async ({ signal }) =>
      (await api<SharedDashboard>(`/shared/${encodeURIComponent(token)}`, { signal })).data,
  });
  if (data !== undefined) return <SharedView token={token} shared={data} />;
  return (
    <main className={classes["whole"]}>
      {error === null ? (
        <Loader aria-label="Loading" />
      ) : error instanceof ApiError && error.status === 404 ? (
        <SharedGone />
      ) : (
        <Failure what="The dashboard could not be loaded" error={error} onRetry={() => void refetch()} />
      )}
    </main>
  );
}
