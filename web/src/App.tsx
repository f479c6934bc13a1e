import { lazy, Suspense } from "react";
import { Route, Routes } from "react-router";
import { Frame } from "./features/frame/Frame";
import { NotFound } from "./features/frame/NotFound";
import { SignedIn } from "./features/frame/SignedIn";
import { SignIn } from "./features/signin/SignIn";

const Overview = lazy(async () => ({ default: (await import("./features/overview/Overview")).Overview }));
const Performance = lazy(async () => ({
  default: (await import("./features/performance/Performance")).Performance,
}));
const Compare = lazy(async () => ({ default: (await import("./features/compare/Compare")).Compare }));
const Cohorts = lazy(async () => ({ default: (await import("./features/cohorts/Cohorts")).Cohorts }));
const Prompts = lazy(async () => ({ default: (await import("./features/prompts/list/Prompts")).Prompts }));
const PromptPage = lazy(async () => ({
  default: (await import("./features/prompts/detail/PromptPage")).PromptPage,
}));
const Calls = lazy(async () => ({ default: (await import("./features/calls/Calls")).Calls }));
const CallDrawer = lazy(async () => ({ default: (await import("./features/calls/CallDrawer")).CallDrawer }));
const Experiments = lazy(async () => ({
  default: (await import("./features/experiments/list/Experiments")).Experiments,
}));
const ExperimentForm = lazy(async () => ({
  default: (await import("./features/experiments/builder/ExperimentPage")).ExperimentPage,
}));
const ExperimentDetail = lazy(async () => ({
  default: (await import("./features/experiments/detail/ExperimentDetail")).ExperimentDetail,
}));
const Quality = lazy(async () => ({ default: (await import("./features/quality/Quality")).Quality }));
const Costs = lazy(async () => ({ default: (await import("./features/costs/Costs")).Costs }));
const Dashboards = lazy(async () => ({
  default: (await import("./features/dashboards/list/Dashboards")).Dashboards,
}));
const DashboardPage = lazy(async () => ({
  default: (await import("./features/dashboards/view/DashboardPage")).DashboardPage,
}));
const DashboardEditor = lazy(async () => ({
  default: (await import("./features/dashboards/builder/EditorPage")).EditorPage,
}));
const SharedPage = lazy(async () => ({
  default: (await import("./features/dashboards/share/SharedPage")).SharedPage,
}));
const Start = lazy(async () => ({ default: (await import("./features/start/Start")).Start }));
const Settings = lazy(async () => ({ default: (await import("./features/settings/Settings")).Settings }));

export function App() {
  return (
    <Routes>
      <Route path="/sign-in" element={<SignIn />} />
      <Route
        path="/shared/:token"
        element={
          <Suspense>
            <SharedPage />
          </Suspense>
        }
      />
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
        <Route path="dashboards" element={<Dashboards />} />
        <Route path="dashboards/new" element={<DashboardEditor key="new" />} />
        <Route path="dashboards/:id" element={<DashboardPage />} />
        <Route path="dashboards/:id/edit" element={<DashboardEditor />} />
        <Route path="start" element={<Start />} />
        <Route path="settings/:part?" element={<Settings />} />
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}
