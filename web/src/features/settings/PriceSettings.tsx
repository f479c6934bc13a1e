import { VisuallyHidden } from "@mantine/core";
import type { Price } from "../../api/types";
import { useStatus } from "../../api/useStatus";
import { useProject } from "../../state/ProjectContext";
import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";
import { RowsState } from "../../ui/RowsState";
import { Table } from "../../ui/Table";
import { NewPriceForm } from "./NewPriceForm";
import { PriceRow } from "./PriceRow";
import classes from "./Settings.module.css";
import { UnpricedModels } from "./UnpricedModels";
import { useSettingsList } from "./useSettingsList";

export function PriceSettings() {
  const { id, role } = useProject();
  const prices = useSettingsList<Price>("prices", `/projects/${id}/prices`);
  const { data: status } = useStatus();
  const mayEdit = role !== "viewer";
  return (
    <>
      {status !== undefined && status.unpriced_models.length > 0 && <UnpricedModels models={status.unpriced_models} />}
      <Panel title="Your prices" note="US dollars for a million tokens">
        <p className={classes["lead"]}>
          Calls are priced from the public list of the day they were made. A price here comes first. It counts for calls
          that arrive from now on.
        </p>
        <RowsState
          what="The prices"
          rows={prices.data}
          error={prices.error}
          onRetry={() => void prices.refetch()}
          empty={
            <Empty title="No prices of your own">
              Add one for a model that the public list does not know, or for your contract.
            </Empty>
          }
        >
          <Table label="Your prices" className={classes["table"]}>
            <thead>
              <tr>
                <th scope="col">Provider</th>
                <th scope="col">Model</th>
                <th scope="col">From</th>
                <th scope="col" className={classes["number"]}>
                  Input
                </th>
                <th scope="col" className={classes["number"]}>
                  Output
                </th>
                <th scope="col" className={classes["number"]}>
                  Cached input
                </th>
                <th scope="col" className={classes["number"]}>
                  Cache write
                </th>
                <th scope="col">
                  <VisuallyHidden>Delete</VisuallyHidden>
                </th>
              </tr>
            </thead>
            <tbody>
              {prices.data?.map((price) => (
                <PriceRow key={price.id} price={price} mayDelete={mayEdit} />
              ))}
            </tbody>
          </Table>
        </RowsState>
      </Panel>
      {mayEdit && <NewPriceForm />}
    </>
  );
}
