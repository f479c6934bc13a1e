import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/Page";
import { PageHead } from "../../../ui/PageHead";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { SearchInput } from "../../../ui/SearchInput";
import { Table } from "../../../ui/Table";
import { useDashboards } from "../useDashboards";
import { DashboardRow } from "./DashboardRow";
import classes from "./Dashboards.module.css";
import { ImportButton } from "./ImportButton";
import { ReadyMadeCard } from "./ReadyMadeCard";

/** Fewer are found by looking. */
const SEARCHED_FROM = 8;

/** The ready-made dashboards, and those of the project. */
export function Dashboards() {
  const { role } = useProject();
  const href = useHref();
  const [search, setSearch] = useState("");
  const list = useDashboards();
  const mayEdit = role !== "viewer";
  const readyMade = list.data?.filter(({ ready_made }) => ready_made);
  const own = list.data?.filter(({ ready_made }) => !ready_made);
  const found = own?.filter(({ name, description }) =>
    `${name} ${description}`.toLowerCase().includes(search.trim().toLowerCase()),
  );
  return (
    <Page>
      <PageHead
        title="Dashboards"
        actions={
          mayEdit && (
            <>
              <ImportButton />
              <Button
                component={Link}
                to={href("/dashboards/new")}
                size="xs"
                leftSection={<IconPlus size={15} aria-hidden />}
              >
                New dashboard
              </Button>
            </>
          )
        }
      />
      {readyMade !== undefined && readyMade.length > 0 && (
        <section className={classes["cards"]} aria-label="Ready made">
          {readyMade.map((one) => (
            <ReadyMadeCard key={one.id} dashboard={one} />
          ))}
        </section>
      )}
      <Panel
        title="This project’s own"
        note={own === undefined || own.length === 0 ? undefined : `${own.length}`}
        actions={
          own !== undefined &&
          own.length >= SEARCHED_FROM && (
            <SearchInput label="Search in names" placeholder="Find by name" value={search} onSearch={setSearch} />
          )
        }
      >
        <RowsState
          what="The dashboards"
          rows={found}
          error={list.error}
          onRetry={() => void list.refetch()}
          empty={
            search.trim() === "" ? (
              <Empty title="No dashboards of your own yet">
                {mayEdit
                  ? "Make one of the charts, tables and numbers you look at most, or edit a copy of a ready-made one."
                  : "Editors make them; the ready-made ones above are there for everybody."}
                {mayEdit && (
                  <div>
                    <Button component={Link} to={href("/dashboards/new")} size="xs" mt="sm">
                      New dashboard
                    </Button>
                  </div>
                )}
              </Empty>
            ) : (
              <Empty title="No dashboard of this name" />
            )
          }
        >
          <Table label="This project’s own" className={classes["table"]}>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Widgets</th>
                <th scope="col">Links</th>
                <th scope="col">Changed</th>
                <th scope="col">Actions</th>
              </tr>
            </thead>
            <tbody>
              {found?.map((one) => (
                <DashboardRow key={one.id} dashboard={one} now={list.dataUpdatedAt} />
              ))}
            </tbody>
          </Table>
        </RowsState>
      </Panel>
    </Page>
  );
}
