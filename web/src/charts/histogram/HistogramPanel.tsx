import { useMemo } from "react";
import type { Distribution } from "../../api/analysis";
import { formatExact } from "../../format/number";
import { Empty } from "../../ui/Empty";
import type { ChartAlert } from "../chartAlert";
import { ChartBox, type BoxProps } from "../ChartBox";
import { csvOf } from "../csv";
import { HistogramPlot } from "./HistogramPlot";
import { HistogramTable } from "./HistogramTable";
import { prepareHistogram, type Chosen, type Histogram } from "./prepareHistogram";

interface Props extends BoxProps {
  answer: Distribution | undefined;
  chosen: Chosen;
  onChoose: (low: number, high: number) => void;
  onAll: () => void;
  nothing: string;
  height?: number;
  /** The same as an alert rule watches it. */
  asAlert?: ChartAlert | null;
}

/** How often a number takes which values, in a panel; a drag chooses some of them. */
export function HistogramPanel({ answer, chosen, onChoose, onAll, nothing, note, ...box }: Props) {
  const { low, high } = chosen;
  const chart = useMemo(
    () => (answer === undefined ? null : prepareHistogram(answer, { low, high })),
    [answer, low, high],
  );
  const without = chart === null || chart.unknown === 0 ? null : `${formatExact(chart.unknown, "count")} do not say it`;
  return (
    <ChartBox
      {...box}
      note={note ?? without}
      ready={chart !== null}
      instead={chart?.empty === true ? <Empty title={nothing} /> : null}
      callsHref={null}
      csv={() => (chart === null ? "" : histogramCsv(chart))}
      table={chart !== null && <HistogramTable chart={chart} title={box.title} />}
    >
      {chart !== null && (
        <HistogramPlot
          chart={chart}
          label={`${box.title}, chart. Drag over it to choose values. Its menu shows the numbers as a table.`}
          onChoose={onChoose}
          onAll={onAll}
        />
      )}
    </ChartBox>
  );
}

function histogramCsv({ bins, counts, label, unit }: Histogram): string {
  return csvOf(
    [`${label} from (${unit})`, `${label} to (${unit})`, "calls"],
    bins.map(({ low, high }, index) => [low, high, counts[index] ?? null]),
  );
}
