import { Button, Modal } from "@mantine/core";
import { IconCoin } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { UnpricedModel } from "../../api/costs";
import { format } from "../../format/number";
import { formatAgo } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { unpricedParams } from "../../state/unpricedParams";
import { useHref } from "../../state/useHref";
import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";
import { RowsState } from "../../ui/RowsState";
import { Table } from "../../ui/Table";
import { PriceForm } from "../settings/PriceForm";
import classes from "./Costs.module.css";

interface Props {
  unpriced: UseQueryResult<UnpricedModel[]>;
  /** A price was added: its stored calls may be priced with it. */
  onPriced: (model: UnpricedModel) => void;
}

/** Models whose calls have no cost, and what to do about each. */
export function UnpricedPanel({ unpriced, onPriced }: Props) {
  const href = useHref();
  const { role } = useProject();
  const [pricing, setPricing] = useState<UnpricedModel | null>(null);
  const { data, dataUpdatedAt } = unpriced;
  return (
    <Panel
      id="unpriced"
      title="Models without a price"
      note="their calls are left out of every cost"
      actions={
        <Button component={Link} to={href("/settings/prices")} size="compact-xs" variant="subtle" color="gray">
          Your prices
        </Button>
      }
    >
      <RowsState
        what="The models"
        rows={data}
        error={unpriced.error}
        onRetry={() => void unpriced.refetch()}
        empty={<Empty title="Every call in this time range has a cost" />}
      >
        <Table label="Models without a price" busy={unpriced.isPlaceholderData} className={classes["table"]}>
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col">Provider</th>
              <th scope="col" className={classes["number"]}>
                Calls
              </th>
              <th scope="col" className={classes["number"]}>
                Of all
              </th>
              <th scope="col">Last</th>
              <th scope="col">What to do</th>
            </tr>
          </thead>
          <tbody>
            {data?.map((one) => (
              <tr key={`${one.provider ?? ""} ${one.model ?? ""} ${one.reason}`}>
                <th scope="row" className={classes["name"]}>
                  {one.model ?? "no model"}
                </th>
                <td>{one.provider ?? "no provider"}</td>
                <td className={classes["number"]}>
                  <Link to={href("/calls", unpricedParams(one), { prompts: [], environment: null })}>
                    {format(one.calls, "count")}
                  </Link>
                </td>
                <td className={classes["number"]}>{format(one.share, "percent")}</td>
                <td>{formatAgo(one.last_at, dataUpdatedAt)}</td>
                <td className={classes["wrap"]}>
                  {one.reason === "no_usage" ? (
                    "The calls do not say their tokens: send input_tokens and output_tokens with them."
                  ) : role === "viewer" ? (
                    "It needs a price"
                  ) : (
                    <Button
                      size="compact-xs"
                      variant="default"
                      leftSection={<IconCoin size={14} aria-hidden />}
                      onClick={() => setPricing(one)}
                      aria-label={`Add a price: ${one.model ?? "no model"}`}
                    >
                      Add a price
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      </RowsState>
      <Modal
        opened={pricing !== null}
        onClose={() => setPricing(null)}
        size="lg"
        title={`Price of ${pricing?.model ?? "a model"}`}
      >
        {pricing !== null && (
          <PriceForm
            provider={pricing.provider ?? ""}
            model={pricing.model ?? ""}
            onAdded={() => {
              setPricing(null);
              onPriced(pricing);
            }}
          />
        )}
      </Modal>
    </Panel>
  );
}
