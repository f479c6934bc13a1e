import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { CustomMetric } from "../../../api/dashboards";
import { NO_DATA } from "../../../format/number";
import { useHref } from "../../../state/useHref";
import { thresholdText } from "../../../ui/thresholdText";
import classes from "../Settings.module.css";
import { DeleteMetric } from "./DeleteMetric";

interface Props {
  metric: CustomMetric;
  mayChange: boolean;
}

export function MetricRow({ metric, mayChange }: Props) {
  const href = useHref();
  const [deleting, setDeleting] = useState(false);
  const { key, name, formula, unit, better, threshold, description } = metric;
  return (
    <tr>
      <th scope="row" className={classes["wrap"]}>
        {name}
        <div className={classes["muted"]}>{key}</div>
      </th>
      <td className={classes["wrap"]}>
        <code className={classes["code"]}>{formula}</code>
        {description !== "" && <div className={classes["muted"]}>{description}</div>}
      </td>
      <td>{threshold === null ? NO_DATA : thresholdText(threshold, unit, better)}</td>
      <td>
        {mayChange && (
          <Group gap={6} wrap="nowrap" justify="flex-end">
            <Button
              component={Link}
              to={href("/settings/metrics", { metric: key })}
              size="compact-xs"
              variant="default"
              aria-label={`Edit ${name}`}
            >
              Edit
            </Button>
            <Button size="compact-xs" variant="default" aria-label={`Delete ${name}`} onClick={() => setDeleting(true)}>
              Delete
            </Button>
          </Group>
        )}
        {deleting && <DeleteMetric metric={metric} onClose={() => setDeleting(false)} />}
      </td>
    </tr>
  );
}
