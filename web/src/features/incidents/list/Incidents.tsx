import { SegmentedControl } from "@mantine/core";
import { Link, useSearchParams } from "react-router";
import { useLiveWatch } from "../../../state/useLiveWatch";
import { withParams } from "../../../state/withParams";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { Table } from "../../../ui/Table";
import classes from "../Incidents.module.css";
import { PAGE, useIncidents } from "../useIncidents";
import { IncidentRow } from "./IncidentRow";
import { Page } from "../../../ui/Page";
import { PageHead } from "../../../ui/PageHead";

/** What went wrong, the newest first. */
export function Incidents() {
  const [params, setParams] = useSearchParams();
  const which = params.get("show") === "all" ? "all" : "open";
  const list = useIncidents(which);
  useLiveWatch();
  // what is only to be known does not hide what is wrong
  const rows = which === "open" ? list.data?.filter(({ severity }) => severity !== "info") : list.data;
  const more = (list.data?.length ?? 0) - (rows?.length ?? 0);
  return (
    <Page>
      <PageHead
        title="Incidents"
        actions={
          <SegmentedControl
            size="xs"
            aria-label="Which incidents"
            className={classes["choice"] ?? ""}
            value={which}
            onChange={(next) => setParams((current) => withParams(current, { show: next === "all" ? "all" : null }))}
            data={[
              { value: "open", label: "Open" },
              { value: "all", label: "All" },
            ]}
          />
        }
      />
      <Panel
        title={which === "open" ? "Open incidents" : `The newest ${PAGE}`}
        note={rows === undefined ? undefined : String(rows.length)}
      >
        <RowsState
          what="The incidents"
          rows={rows}
          error={list.error}
          onRetry={() => void list.refetch()}
          empty={
            which === "open" ? (
              <Empty title="Nothing is wrong">
                Alerts of one cause become one incident here, with what changed around its start.
              </Empty>
            ) : (
              <Empty title="No incidents yet">The first alert that fires opens one.</Empty>
            )
          }
        >
          <Table label="Incidents" cards>
            <thead>
              <tr>
                <th scope="col">Incident</th>
                <th scope="col">Status</th>
                <th scope="col">Severity</th>
                <th scope="col">Began</th>
                <th scope="col">Lasted</th>
                <th scope="col">Assigned to</th>
              </tr>
            </thead>
            <tbody>
              {rows?.map((incident) => (
                <IncidentRow key={incident.id} incident={incident} now={list.dataUpdatedAt} />
              ))}
            </tbody>
          </Table>
        </RowsState>
        {more > 0 && (
          <p className={classes["more"]}>
            {more === 1 ? "One more is" : `${more} more are`} open for information only:{" "}
            <Link to={{ search: withParams(params, { show: "all" }).toString() }}>show all</Link>
          </p>
        )}
      </Panel>
    </Page>
  );
}
