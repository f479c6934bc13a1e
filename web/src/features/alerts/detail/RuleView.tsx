import type { Rule } from "../../../api/alerts";
import { useHref } from "../../../state/useHref";
import { BackLink } from "../../../ui/BackLink";
import { Panel } from "../../../ui/Panel";
import { HealthMark } from "../HealthMark";
import { RuleStatesTable } from "../RuleStatesTable";
import { FiredPanel } from "./FiredPanel";
import { RuleFacts } from "./RuleFacts";
import { RuleHead } from "./RuleHead";
import { TrialPanel } from "./TrialPanel";
import { Page } from "../../../ui/Page";

export function RuleView({ rule, now }: { rule: Rule; now: number }) {
  const href = useHref();
  return (
    <Page>
      <BackLink to={href("/alerts", { tab: "rules" })}>Alerts</BackLink>
      <RuleHead rule={rule} />
      <Panel title="How it is now" note={<HealthMark health={rule.health} now={now} />}>
        <RuleStatesTable rule={rule} />
      </Panel>
      <TrialPanel rule={rule} />
      <FiredPanel rule={rule} />
      <RuleFacts rule={rule} />
    </Page>
  );
}
