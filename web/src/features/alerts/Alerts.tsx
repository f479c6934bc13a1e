import { Button, Tabs } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link, useSearchParams } from "react-router";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { useLiveWatch } from "../../state/useLiveWatch";
import { withParams } from "../../state/withParams";
import classes from "./Alerts.module.css";
import { FiringTab } from "./firing/FiringTab";
import { HistoryTab } from "./history/HistoryTab";
import { RulesTab } from "./rules/RulesTab";
import { SilencesTab } from "./silences/SilencesTab";
import { useFiring } from "./useFiring";
import { Page } from "../../ui/Page";
import { PageHead } from "../../ui/PageHead";

const TABS = ["firing", "rules", "history", "silences"] as const;
type Tab = (typeof TABS)[number];

/** What is wrong now, what is watched, what was wrong, and what is kept quiet. */
export function Alerts() {
  const [params, setParams] = useSearchParams();
  const { role } = useProject();
  const href = useHref();
  const firing = useFiring();
  useLiveWatch();
  const tab: Tab = TABS.find((one) => one === params.get("tab")) ?? "firing";
  const choose = (next: string | null) =>
    setParams((current) => withParams(current, { tab: next === "firing" ? null : next }));
  const count = firing.data?.total ?? 0;
  return (
    <Page>
      <PageHead
        title="Alerts"
        actions={
          role !== "viewer" && (
            <Button
              component={Link}
              to={href("/alerts/new")}
              size="xs"
              leftSection={<IconPlus size={15} aria-hidden />}
            >
              New alert
            </Button>
          )
        }
      />
      <Tabs value={tab} onChange={choose} keepMounted={false} classNames={{ panel: classes["tab"] ?? "" }}>
        <Tabs.List aria-label="Parts of alerts" className={classes["tabs"] ?? ""}>
          <Tabs.Tab value="firing">Firing now{count > 0 && ` (${count})`}</Tabs.Tab>
          <Tabs.Tab value="rules">Rules</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
          <Tabs.Tab value="silences">Silences</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="firing">
          <FiringTab firing={firing} />
        </Tabs.Panel>
        <Tabs.Panel value="rules">
          <RulesTab />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <HistoryTab />
        </Tabs.Panel>
        <Tabs.Panel value="silences">
          <SilencesTab />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
