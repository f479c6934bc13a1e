import { Skeleton, Tabs } from "@mantine/core";
import { useState } from "react";
import { useParams, useSearchParams } from "react-router";
import { Failure } from "../../../ui/Failure";
import { NewVersion } from "../form/NewVersion";
import { usePrompt } from "../usePrompt";
import type { PromptVersion } from "../../../api/types";
import { CallsTab } from "./CallsTab";
import { DeployDialog } from "./DeployDialog";
import { DeploymentsTab } from "./DeploymentsTab";
import classes from "./Detail.module.css";
import { ExperimentsTab } from "./ExperimentsTab";
import { MetricsTab } from "./MetricsTab";
import { PromptHeader } from "./PromptHeader";
import { TAB_WORD, tabOf, TABS, UNREGISTERED_TABS, withTab, type Tab } from "./tabs";
import { Unregistered } from "./Unregistered";
import { UseTab } from "./UseTab";
import { VersionsTab } from "./VersionsTab";

/** What somebody is about to do with the prompt. */
type Doing = { what: "version"; from: PromptVersion } | { what: "deploy"; version: number } | null;

/** One prompt: how it fares, its versions, where they are served. */
export function PromptPage() {
  const { name = "" } = useParams();
  const [params, setParams] = useSearchParams();
  const [doing, setDoing] = useState<Doing>(null);
  const found = usePrompt(name);
  if (found.data === undefined) {
    return found.error === null ? (
      <Skeleton height={320} />
    ) : (
      <Failure what="The prompt could not be loaded" error={found.error} onRetry={() => void found.refetch()} />
    );
  }
  const prompt = found.data;
  const tabs = prompt === null ? UNREGISTERED_TABS : TABS;
  const tab = tabOf(params, tabs);
  const show = (next: Tab, extra: Record<string, number | null> = {}) =>
    setParams((current) => withTab(current, next, extra));
  const deploy = (version: number) => setDoing({ what: "deploy", version });
  const write = (from: PromptVersion) => setDoing({ what: "version", from });
  return (
    <div className={classes["page"]}>
      {prompt === null ? (
        <Unregistered name={name} />
      ) : (
        <PromptHeader prompt={prompt} onDeploy={deploy} onNewVersion={write} />
      )}
      <Tabs
        value={tab}
        onChange={(value) => show(tabs.find((one) => one === value) ?? "metrics")}
        keepMounted={false}
        classNames={{ list: classes["tabs"] ?? "", panel: classes["panel"] ?? "" }}
      >
        <Tabs.List>
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {TAB_WORD[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab}>
          {tab === "metrics" && <MetricsTab name={name} prompt={prompt} />}
          {tab === "calls" && <CallsTab name={name} />}
          {prompt !== null && (
            <>
              {tab === "versions" && <VersionsTab prompt={prompt} onDeploy={deploy} onNewVersion={write} />}
              {tab === "deployments" && <DeploymentsTab prompt={prompt} />}
              {tab === "experiments" && <ExperimentsTab name={name} />}
              {tab === "use" && <UseTab prompt={prompt} />}
            </>
          )}
        </Tabs.Panel>
      </Tabs>
      {prompt !== null && doing?.what === "deploy" && (
        <DeployDialog prompt={prompt} version={doing.version} onClose={() => setDoing(null)} />
      )}
      {prompt !== null && doing?.what === "version" && (
        <NewVersion
          prompt={prompt}
          from={doing.from}
          onClose={() => setDoing(null)}
          onMade={({ number }) => {
            setDoing(null);
            show("versions", { v: number, with: doing.from.number });
          }}
        />
      )}
    </div>
  );
}
