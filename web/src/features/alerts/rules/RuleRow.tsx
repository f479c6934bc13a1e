import { ActionIcon } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import type { Rule } from "../../../api/alerts";
import { formatAgo, formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { SeverityMark } from "../../../ui/SeverityMark";
import cells from "../../../ui/cells.module.css";
import classes from "../Alerts.module.css";
import { HealthMark } from "../HealthMark";
import { PhaseMark } from "../PhaseMark";
import { RuleStatesTable } from "../RuleStatesTable";
import { useDimensionLabels } from "../useDimensionLabels";
import { ruleText } from "../words";
import { EnabledSwitch } from "./EnabledSwitch";

const COLUMNS = 6;

interface Props {
  rule: Rule;
  now: number;
  mayEdit: boolean;
}

/** A rule: what it says, how it is, whether it can be evaluated; its series on demand. */
export function RuleRow({ rule, now, mayEdit }: Props) {
  const { time_zone: zone } = useProject();
  const href = useHref();
  const dimensions = useDimensionLabels();
  const [opened, setOpened] = useState(false);
  const Chevron = opened ? IconChevronDown : IconChevronRight;
  const says = ruleText(rule, rule.metric_label, rule.unit, dimensions);
  return (
    <>
      <tr>
        <td className={cells["main"]}>
          <Link to={href(`/alerts/${rule.id}`)} className={cells["link"] ?? ""}>
            {rule.name}
          </Link>
          <div className={cells["under"]}>
            {says !== rule.name && says}
            {rule.ready_made && `${says === rule.name ? "R" : " · r"}eady-made${rule.changed ? ", changed" : ""}`}
          </div>
        </td>
        <td data-label="State">
          <div className={classes["buttons"]}>
            {rule.enabled ? (
              <PhaseMark phase={rule.phase} note={rule.firing > 1 ? `, ${rule.firing} series` : ""} />
            ) : (
              <span className={cells["muted"]}>Off</span>
            )}
            {rule.by.length > 0 && rule.enabled && (
              <ActionIcon
                size="xs"
                variant="subtle"
                color="gray"
                aria-expanded={opened}
                aria-label={`Series of ${rule.name}`}
                onClick={() => setOpened(!opened)}
              >
                <Chevron size={14} aria-hidden />
              </ActionIcon>
            )}
          </div>
        </td>
        <td data-label="Severity">
          <SeverityMark severity={rule.severity} />
        </td>
        <td data-label="Last fired">
          <span title={formatTime(rule.last_fired_at, "dateSecond", zone)}>{formatAgo(rule.last_fired_at, now)}</span>
        </td>
        <td data-label="Health">
          <HealthMark health={rule.health} now={now} />
        </td>
        <td data-label="On">
          <EnabledSwitch rule={rule} mayEdit={mayEdit} />
        </td>
      </tr>
      {opened && (
        <tr>
          <td colSpan={COLUMNS} className={classes["inner"]}>
            <RuleStatesTable rule={rule} />
          </td>
        </tr>
      )}
    </>
  );
}
