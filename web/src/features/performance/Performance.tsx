import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { useCatalogue } from "../../api/useCatalogue";
import { useMarks } from "../../charts/useMarks";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { isComparing } from "../../state/where";
import { withParams } from "../../state/withParams";
import grid from "../../ui/Grid.module.css";
import { ErrorsSection } from "./ErrorsSection";
import { LatencySection } from "./LatencySection";
import { performanceCharts, type Split } from "./specs";
import { SuccessSection } from "./SuccessSection";
import { TokensSection } from "./TokensSection";
import { usePerformance } from "./usePerformance";
import { useTargets } from "./useTargets";
import { VolumeSection } from "./VolumeSection";

/** How much, how well, how fast: volume, success, latency, errors and tokens over time. */
export function Performance() {
  const performance = usePerformance();
  const targeting = useTargets();
  const { view } = useView();
  const { data: catalogue } = useCatalogue();
  const marks = useMarks(useWindow(), view.prompts);
  const [params, setParams] = useSearchParams();
  const split: Split = params.get("errors") === "family" ? "family" : "type";
  const comparing = isComparing(view);
  const bands = catalogue?.get("success_rate")?.bands ?? null;
  const targets = targeting.targets.data;
  const specs = useMemo(
    () => performanceCharts({ comparing, bands, targets, split }),
    [comparing, bands, targets, split],
  );
  const choose = (next: Split) =>
    setParams((current) => withParams(current, { errors: next === "type" ? null : next }), { replace: true });
  return (
    <div className={grid["page"]}>
      <h1 className={grid["hidden"]}>Performance</h1>
      <VolumeSection performance={performance} spec={specs.volume} marks={marks} />
      <SuccessSection performance={performance} spec={specs.success} marks={marks} />
      <LatencySection
        performance={performance}
        specs={specs}
        marks={marks}
        targeting={targeting}
        comparing={comparing}
      />
      <ErrorsSection
        performance={performance}
        spec={specs.errors}
        marks={marks}
        split={split}
        onSplit={choose}
        comparing={comparing}
      />
      <TokensSection performance={performance} spec={specs.tokens} marks={marks} />
    </div>
  );
}
