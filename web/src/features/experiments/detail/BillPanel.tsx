import { Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { Experiment, Results } from "../../../api/experiments";
import { format, formatExact } from "../../../format/number";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { Table } from "../../../ui/Table";
import { VariantName } from "../VariantName";
import { billLines } from "./bill";
import classes from "./Bill.module.css";

interface Props {
  experiment: Experiment;
  results: UseQueryResult<Results>;
}

/** What 30 days would cost if a variant took all traffic. */
export function BillPanel({ experiment, results }: Props) {
  const { data } = results;
  const bill = data?.bill;
  return (
    <Panel title="What the bill would be" note="30 days, if the variant took all traffic">
      {data === undefined && results.error === null && <Skeleton height={120} m="sm" w="auto" />}
      {data !== undefined && bill == null && (
        <Empty title="No known cost yet">
          It is worked out from calls that name the experiment and have a price. See Set-up for how calls join.
        </Empty>
      )}
      {bill != null && (
        <>
          <Table label="Bill by variant" className={classes["table"]}>
            <thead>
              <tr>
                <th scope="col">Variant</th>
                <th scope="col">A request</th>
                <th scope="col">30 days</th>
                <th scope="col">Against control</th>
              </tr>
            </thead>
            <tbody>
              {billLines(bill, experiment.variants).map((line) => (
                <tr key={line.id}>
                  <th scope="row">
                    <VariantName place={line.place} name={line.name} />
                  </th>
                  <td title={formatExact(line.perRequest, "usd")}>{format(line.perRequest, "usd")}</td>
                  <td>
                    <strong>{format(line.usd, "usd")}</strong>
                    {line.low !== null && line.high !== null && (
                      <span className={classes["interval"]}>
                        {format(line.low, "usd")} to {format(line.high, "usd")}
                      </span>
                    )}
                  </td>
                  <td>
                    {line.saved !== null &&
                      (line.saved >= 0
                        ? `saves ${format(line.saved, "usd")}`
                        : `costs ${format(-line.saved, "usd")} more`)}
                  </td>
                </tr>
              ))}
            </tbody>
          </Table>
          <p className={classes["note"]}>
            At the {formatExact(bill.requests, "count")} requests that its prompts had in the last 30 days
            {bill.usd_now !== null && `, which did cost ${format(bill.usd_now, "usd")}`}
            {bill.priced_share !== null &&
              bill.priced_share < 100 &&
              ` (${format(bill.priced_share, "percent")} priced)`}
            .
          </p>
        </>
      )}
    </Panel>
  );
}
