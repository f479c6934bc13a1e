import { Skeleton } from "@mantine/core";
import { useParams } from "react-router";
import type { Policy } from "../../../api/actions";
import { ApiError } from "../../../api/client";
import { useWatchRead } from "../../../api/useWatchRead";
import { useHref } from "../../../state/useHref";
import { BackLink } from "../../../ui/BackLink";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { PolicyView } from "./PolicyView";
import { Page } from "../../../ui/Page";

/** One policy: what it would do now, its limits, what it did. */
export function PolicyDetail() {
  const { id = "" } = useParams();
  const href = useHref();
  const policy = useWatchRead<Policy>(`/policies/${encodeURIComponent(id)}`);
  return (
    <Page>
      <BackLink to={href("/actions")}>Actions</BackLink>
      {policy.data !== undefined ? (
        <PolicyView policy={policy.data} />
      ) : policy.error instanceof ApiError && policy.error.status === 404 ? (
        <Empty title="No such policy">It may have been deleted.</Empty>
      ) : policy.error !== null ? (
        <Failure what="The policy could not be loaded" error={policy.error} onRetry={() => void policy.refetch()} />
      ) : (
        <Skeleton height={240} />
      )}
    </Page>
  );
}
