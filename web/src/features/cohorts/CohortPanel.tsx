import { Autocomplete, Button, Group, MultiSelect, Select, Skeleton } from "@mantine/core";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useCatalogue } from "../../api/useCatalogue";
import { useWholeCatalogue } from "../../api/useWholeCatalogue";
import { withParams } from "../../state/withParams";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import { useCallFields } from "../calls/useCallFields";
import { cohortChoices, DEFAULT_KIND, DEFAULT_METRICS, PROPERTY, propertyNames } from "./choices";
import classes from "./Cohorts.module.css";
import { CohortTable } from "./CohortTable";
import { useCohorts } from "./useCohorts";

/** Properties that can be chosen by a click. */
const OFFERED = 12;

/** Metrics of each cohort; what they are cut by and which metrics are shown is in the address. */
export function CohortPanel() {
  const [params, setParams] = useSearchParams();
  const by = params.get("by") ?? DEFAULT_KIND;
  const chosen = params.get("metrics");
  const metrics = chosen === null || chosen === "" ? DEFAULT_METRICS : chosen.split(",");
  const { data: dimensions = [] } = useWholeCatalogue(({ dimensions: all }) => all);
  const { data: catalogue } = useCatalogue();
  const [property, setProperty] = useState(by.startsWith(PROPERTY) ? by.slice(PROPERTY.length) : "");
  const ofProperty = by.startsWith(PROPERTY);
  const known = propertyNames(useCallFields(ofProperty).data ?? []);
  const cohorts = useCohorts(by, metrics);
  const { data, error } = cohorts;
  const change = (part: Record<string, string | null>) => setParams((current) => withParams(current, part));
  return (
    <Panel
      title="Cohorts"
      note={data === undefined ? undefined : `${data.cohorts.length} of ${data.total}`}
      id="cohorts"
    >
      <Group gap="sm" align="end" className={classes["choices"] ?? ""}>
        <Select
          label="Cut by"
          size="xs"
          w={230}
          searchable
          allowDeselect={false}
          value={ofProperty ? PROPERTY : by}
          data={cohortChoices(dimensions)}
          onChange={(value) => change({ by: value === DEFAULT_KIND ? null : value })}
        />
        {ofProperty && (
          <Autocomplete
            label="Property"
            size="xs"
            w={180}
            placeholder={known[0] ?? "plan"}
            data={known}
            value={property}
            onChange={setProperty}
            onOptionSubmit={(name) => change({ by: PROPERTY + name })}
            onBlur={() => change({ by: PROPERTY + property.trim() })}
            onKeyDown={(event) => {
              if (event.key === "Enter") change({ by: PROPERTY + property.trim() });
            }}
          />
        )}
        <MultiSelect
          label="Metrics"
          size="xs"
          className={classes["metrics"] ?? ""}
          searchable
          hidePickedOptions
          maxValues={12}
          value={metrics}
          data={[...(catalogue?.values() ?? [])].map(({ key, label }) => ({ value: key, label }))}
          onChange={(value) => change({ metrics: value.length === 0 ? null : value.join(",") })}
        />
      </Group>
      {by === PROPERTY && (
        <Empty title="Which property?">
          {known.length > 0 ? (
            <Group gap="xs" justify="center">
              {known.slice(0, OFFERED).map((name) => (
                <Button
                  key={name}
                  size="compact-sm"
                  variant="default"
                  onClick={() => {
                    setProperty(name);
                    change({ by: PROPERTY + name });
                  }}
                >
                  {name}
                </Button>
              ))}
            </Group>
          ) : (
            "Your calls of this time range have none. Programs send them as “properties” of a call: a plan, a tenant, a language."
          )}
        </Empty>
      )}
      {by !== PROPERTY && data === undefined && error === null && <Skeleton height={220} m="sm" w="auto" />}
      {data === undefined && error !== null && (
        <Failure what="The cohorts could not be loaded" error={error} onRetry={() => void cohorts.refetch()} />
      )}
      {by !== PROPERTY && data !== undefined && <CohortTable answer={data} by={by} stale={cohorts.isPlaceholderData} />}
    </Panel>
  );
}
