import { SegmentedControl } from "@mantine/core";
import { useMemo } from "react";
import type { Happening } from "../../charts/marks";
import { TimeChartPanel } from "../../charts/TimeChartPanel";
import { format } from "../../format/number";
import { Section } from "../../ui/Section";
import { valueOf } from "../overview/valueOf";
import { FailuresPanel } from "./FailuresPanel";
import { remarksOf } from "./remarks";
import type { PerformanceCharts, Split } from "./specs";
import type { Performance } from "./usePerformance";

interface Props {
  performance: Performance;
  spec: PerformanceCharts["errors"];
  marks: readonly Happening[];
  split: Split;
  onSplit: (split: Split) => void;
  comparing: boolean;
}

const CALLS = { status: "error" } as const;

/** What fails when, and what it says. */
export function ErrorsSection({ performance, spec, marks, split, onSplit, comparing }: Props) {
  const { totals, series, failures } = performance;
  const remarks = useMemo(
    () =>
      failures.data === undefined || failures.isPlaceholderData || series.isPlaceholderData
        ? undefined
        : remarksOf(failures.data),
    [failures.data, failures.isPlaceholderData, series.isPlaceholderData],
  );
  const rate = valueOf(totals.data, "error_rate");
  return (
    <Section
      title="Errors"
      note={
        rate !== null &&
        `${format(rate, "percent")} of requests, ${format(valueOf(totals.data, "failed_requests"), "count")} failed`
      }
    >
      <TimeChartPanel
        id="errors"
        title="Failed requests"
        note="hover for their messages, click to open them"
        controls={
          !comparing && (
            <SegmentedControl
              size="xs"
              aria-label="How failures are told apart"
              value={split}
              data={[
                { value: "type", label: "By type" },
                { value: "family", label: "4xx, 5xx, LLM" },
              ]}
              onChange={onSplit}
            />
          )
        }
        spec={spec}
        calls={CALLS}
        picks
        remarks={remarks}
        result={series.data}
        marks={marks}
        error={series.error}
        stale={series.isPlaceholderData}
        onRetry={() => void series.refetch()}
      />
      <FailuresPanel failures={failures} />
    </Section>
  );
}
