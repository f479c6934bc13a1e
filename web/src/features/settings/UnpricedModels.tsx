import { Button } from "@mantine/core";
import { Link } from "react-router";
import type { Status } from "../../api/types";
import { format } from "../../format/number";
import { unpricedParams } from "../../state/unpricedParams";
import { useHref } from "../../state/useHref";
import { Panel } from "../../ui/Panel";
import { Table } from "../../ui/Table";
import classes from "./Settings.module.css";

/** Models whose calls have no cost, with the way to give them one. */
export function UnpricedModels({ models }: { models: Status["unpriced_models"] }) {
  const href = useHref();
  return (
    <Panel title="Models without a price" note="last 30 days">
      <Table label="Models without a price" className={`${classes["table"]} ${classes["cards"]}`}>
        <tbody>
          {models.map(({ provider, model, calls }) => (
            <tr key={`${provider ?? ""} ${model ?? ""}`}>
              <td data-label="Provider">{provider ?? "unknown provider"}</td>
              <td data-label="Model">{model ?? "unknown model"}</td>
              <td data-label="Calls" className={classes["number"]}>
                <Link to={href("/calls", unpricedParams({ provider, model }), { range: { preset: "30d" } })}>
                  {format(calls, "count")} calls
                </Link>
              </td>
              <td data-label="Price">
                <Button
                  component={Link}
                  to={href("/settings/prices", { provider, model })}
                  size="compact-xs"
                  variant="default"
                >
                  Add a price
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Panel>
  );
}
