import { Tabs } from "@mantine/core";
import { useSearchParams } from "react-router";
import type { Experiment } from "../../../api/experiments";
import { withParams } from "../../../state/withParams";
import classes from "./Detail.module.css";
import { DistributionPanel } from "./DistributionPanel";
import { DraftSteps } from "./DraftSteps";
import { EventsPanel } from "./EventsPanel";
import { ExplainPanel } from "./ExplainPanel";
import { Head } from "./Head";
import { NotesPanel } from "./NotesPanel";
import { PlanPanel } from "./PlanPanel";
import { ResultsTab } from "./ResultsTab";
import { SegmentsPanel } from "./SegmentsPanel";
import { SnippetsPanel } from "./SnippetsPanel";
import { useLiveExperiment } from "./useLiveExperiment";

const TABS = [
  { value: "results", label: "Results" },
  { value: "segments", label: "Segments" },
  { value: "scores", label: "Scores" },
  { value: "events", label: "Events" },
  { value: "setup", label: "Set-up" },
] as const;

export function ExperimentView({ experiment }: { experiment: Experiment }) {
  const [params, setParams] = useSearchParams();
  const draft = experiment.status === "draft";
  useLiveExperiment(experiment.id, experiment.status === "running" || experiment.status === "paused");
  const first = draft ? "setup" : "results";
  const tabs = TABS.filter(({ value }) => !draft || value === "setup");
  const tab = tabs.find(({ value }) => value === params.get("tab"))?.value ?? first;
  const choose = (value: string | null) =>
    setParams((current) => withParams(current, { tab: value === first ? null : value }));
  return (
    <div className={classes["page"]}>
      <Head experiment={experiment} />
      {draft ? (
        <>
          <DraftSteps experiment={experiment} />
          <PlanPanel experiment={experiment} />
          <SnippetsPanel experiment={experiment} />
          <ExplainPanel experiment={experiment} />
          <NotesPanel experiment={experiment} />
        </>
      ) : (
        <Tabs value={tab} onChange={choose} keepMounted={false} classNames={{ panel: classes["tab"] ?? "" }}>
          <Tabs.List aria-label="Parts of the experiment" className={classes["tabs"] ?? ""}>
            {tabs.map(({ value, label }) => (
              <Tabs.Tab key={value} value={value}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="results">
            <ResultsTab experiment={experiment} />
          </Tabs.Panel>
          <Tabs.Panel value="segments">
            <SegmentsPanel experiment={experiment} />
          </Tabs.Panel>
          <Tabs.Panel value="scores">
            <DistributionPanel experiment={experiment} />
          </Tabs.Panel>
          <Tabs.Panel value="events">
            <EventsPanel experiment={experiment} />
          </Tabs.Panel>
          <Tabs.Panel value="setup">
            <PlanPanel experiment={experiment} />
            <SnippetsPanel experiment={experiment} />
            <ExplainPanel experiment={experiment} />
          </Tabs.Panel>
        </Tabs>
      )}
    </div>
  );
}
