import { createRoutesFromElements, matchRoutes, Route, useRoutes } from "react-router";
import { Frame } from "./features/frame/Frame";
import { NotFound } from "./features/frame/NotFound";
import { SignedIn } from "./features/frame/SignedIn";
import { SignIn } from "./features/signin/SignIn";
import { isLazyPage, lazyPage } from "./lazyPage";

const Overview = lazyPage(async () => (await import("./features/overview/Overview")).Overview);
const Performance = lazyPage(async () => (await import("./features/performance/Performance")).Performance);
const Compare = lazyPage(async () => (await import("./features/compare/Compare")).Compare);
const Cohorts = lazyPage(async () => (await import("./features/cohorts/Cohorts")).Cohorts);
const Prompts = lazyPage(async () => (await import("./features/prompts/list/Prompts")).Prompts);
const PromptPage = lazyPage(async () => (await import("./features/prompts/detail/PromptPage")).PromptPage);
const Calls = lazyPage(async () => (await import("./features/calls/Calls")).Calls);
const CallDrawer = lazyPage(async () => (await import("./features/calls/CallDrawer")).CallDrawer);
const Experiments = lazyPage(async () => (await import("./features/experiments/list/Experiments")).Experiments);
const ExperimentForm = lazyPage(
  async () => (await import("./features/experiments/builder/ExperimentPage")).ExperimentPage,
);
const ExperimentDetail = lazyPage(
  async () => (await import("./features/experiments/detail/ExperimentDetail")).ExperimentDetail,
);
const Quality = lazyPage(async () => (await import("./features/quality/Quality")).Quality);
const Costs = lazyPage(async () => (await import("./features/costs/Costs")).Costs);
const Alerts = lazyPage(async () => (await import("./features/alerts/Alerts")).Alerts);
const RuleForm = lazyPage(async () => (await import("./features/alerts/builder/RulePage")).RulePage);
const RuleDetail = lazyPage(async () => (await import("./features/alerts/detail/RuleDetail")).RuleDetail);
const Incidents = lazyPage(async () => (await import("./features/incidents/list/Incidents")).Incidents);
const IncidentPage = lazyPage(async () => (await import("./features/incidents/detail/IncidentPage")).IncidentPage);
const Slas = lazyPage(async () => (await import("./features/slas/list/Slas")).Slas);
const SlaForm = lazyPage(async () => (await import("./features/slas/builder/SlaPage")).SlaPage);
const SlaDetail = lazyPage(async () => (await import("./features/slas/detail/SlaDetail")).SlaDetail);
const Actions = lazyPage(async () => (await import("./features/actions/list/Actions")).Actions);
const PolicyForm = lazyPage(async () => (await import("./features/actions/builder/PolicyPage")).PolicyPage);
const PolicyDetail = lazyPage(async () => (await import("./features/actions/detail/PolicyDetail")).PolicyDetail);
const Diagnosis = lazyPage(async () => (await import("./features/diagnosis/Diagnosis")).Diagnosis);
const Dashboards = lazyPage(async () => (await import("./features/dashboards/list/Dashboards")).Dashboards);
const DashboardPage = lazyPage(async () => (await import("./features/dashboards/view/DashboardPage")).DashboardPage);
const DashboardEditor = lazyPage(async () => (await import("./features/dashboards/builder/EditorPage")).EditorPage);
const Reports = lazyPage(async () => (await import("./features/reports/Reports")).Reports);
const ReportFormPage = lazyPage(async () => (await import("./features/reports/ReportFormPage")).ReportFormPage);
const ReportDetail = lazyPage(async () => (await import("./features/reports/ReportDetail")).ReportDetail);
const ReportRunPage = lazyPage(async () => (await import("./features/reports/RunPage")).RunPage);
const SharedPage = lazyPage(async () => (await import("./features/dashboards/share/SharedPage")).SharedPage);
const Start = lazyPage(async () => (await import("./features/start/Start")).Start);
const Settings = lazyPage(async () => (await import("./features/settings/Settings")).Settings);

const ROUTES = createRoutesFromElements(
  <>
    <Route path="/sign-in" element={<SignIn />} />
    <Route path="/shared/:token" element={<SharedPage />} />
    <Route
      element={
        <SignedIn>
          <Frame />
        </SignedIn>
      }
    >
      <Route index element={<Overview />} />
      <Route path="performance" element={<Performance />} />
      <Route path="compare" element={<Compare />} />
      <Route path="cohorts" element={<Cohorts />} />
      <Route path="prompts" element={<Prompts />} />
      <Route path="prompts/:name" element={<PromptPage />} />
      <Route path="calls" element={<Calls />}>
        <Route path=":id" element={<CallDrawer />} />
      </Route>
      <Route path="experiments" element={<Experiments />} />
      <Route path="experiments/new" element={<ExperimentForm />} />
      <Route path="experiments/:id/edit" element={<ExperimentForm />} />
      <Route path="experiments/:id" element={<ExperimentDetail />} />
      <Route path="quality" element={<Quality />} />
      <Route path="costs" element={<Costs />} />
      <Route path="alerts" element={<Alerts />} />
      <Route path="alerts/new" element={<RuleForm key="new" />} />
      <Route path="alerts/:id" element={<RuleDetail />} />
      <Route path="alerts/:id/edit" element={<RuleForm />} />
      <Route path="incidents" element={<Incidents />} />
      <Route path="incidents/:id" element={<IncidentPage />} />
      <Route path="slas" element={<Slas />} />
      <Route path="slas/new" element={<SlaForm key="new" />} />
      <Route path="slas/:id" element={<SlaDetail />} />
      <Route path="slas/:id/edit" element={<SlaForm />} />
      <Route path="actions" element={<Actions />} />
      <Route path="actions/new" element={<PolicyForm key="new" />} />
      <Route path="actions/:id" element={<PolicyDetail />} />
      <Route path="actions/:id/edit" element={<PolicyForm />} />
      <Route path="diagnosis" element={<Diagnosis />} />
      <Route path="dashboards" element={<Dashboards />} />
      <Route path="dashboards/new" element={<DashboardEditor key="new" />} />
      <Route path="dashboards/:id" element={<DashboardPage />} />
      <Route path="dashboards/:id/edit" element={<DashboardEditor />} />
      <Route path="reports" element={<Reports />} />
      <Route path="reports/new" element={<ReportFormPage key="new" />} />
      <Route path="reports/:id" element={<ReportDetail />} />
      <Route path="reports/:id/edit" element={<ReportFormPage />} />
      <Route path="reports/:id/runs/:run" element={<ReportRunPage />} />
      <Route path="start" element={<Start />} />
      <Route path="settings/:part?" element={<Settings />} />
      <Route path="*" element={<NotFound />} />
    </Route>
  </>,
);

/** Fetches the parts of the program that an address shows, beside the question who is signed in. */
export function preload(pathname: string): void {
  for (const { route } of matchRoutes(ROUTES, pathname) ?? []) {
    // what cannot be fetched is told where it is shown
    if (isLazyPage(route.element)) route.element.type.load().catch(() => undefined);
  }
}

export function App() {
  return useRoutes(ROUTES);
}
