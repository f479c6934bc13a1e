import { useMantineColorScheme } from "@mantine/core";
import { Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import {
  IconBellPlus,
  IconCalendar,
  IconFlask2,
  IconKeyboard,
  IconLayoutDashboard,
  IconLogout,
  IconMessage,
  IconMessage2Code,
  IconMessage2Plus,
  IconMoon,
  IconPlayerPlay,
  IconRefresh,
  IconSearch,
  IconSun,
} from "@tabler/icons-react";
import { useEffect } from "react";
import { useNavigate } from "react-router";
import { usePromptNames } from "../../api/usePromptNames";
import { useValues } from "../../api/useValues";
import { useClock } from "../../state/ClockContext";
import { PRESET_LABEL, PRESETS } from "../../state/range";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { useTurn } from "../../state/useTurn";
import { useView } from "../../state/useView";
import { promptName } from "../../ui/promptName";
import { promptPath } from "../../ui/promptPath";
import { dashboardPath } from "../dashboards/dashboardPath";
import { useDashboards } from "../dashboards/useDashboards";
import { PROBLEMS } from "../diagnosis/problems";
import { useExperimentTitles } from "../experiments/useExperimentTitles";
import { openShortcuts, paletteStore } from "./events";
import { CONNECT, DIAGNOSIS, PAGES } from "./pages";
import { useSignOut } from "./useSignOut";

/** What is found after it was typed is what Enter opens: Mantine selects only when the text changes. */
function selectFirst() {
  const { opened, query, listId } = paletteStore.getState();
  const list = document.getElementById(listId);
  if (opened && query !== "" && list !== null && list.querySelector("[data-selected]") === null) {
    list.querySelector("[data-action]")?.setAttribute("data-selected", "true");
    paletteStore.updateState((state) => ({ ...state, selected: 0 }));
  }
}

/** Ctrl/Cmd-K: pages, prompts, experiments, dashboards, actions. */
export function Palette() {
  const href = useHref();
  const navigate = useNavigate();
  const { view, change } = useView();
  const { role } = useProject();
  const { refresh } = useClock();
  const turn = useTurn();
  const { data: called } = useValues("prompt_id", turn);
  const { data: registered } = usePromptNames(turn);
  const { data: experiments } = useExperimentTitles(turn);
  const { data: dashboards } = useDashboards(turn);
  const { setColorScheme } = useMantineColorScheme();
  const signOut = useSignOut();
  const go = (path: string) => () => void navigate(path);
  useEffect(selectFirst, [called, registered, experiments, dashboards]);

  const actions: SpotlightActionGroupData[] = [
    {
      group: "Pages",
      actions: [...PAGES, CONNECT, DIAGNOSIS].map(({ path, label, icon: Icon }) => ({
        id: `page ${path}`,
        label,
        leftSection: <Icon size={18} stroke={1.6} aria-hidden />,
        onClick: go(href(path)),
      })),
    },
    {
      group: "Problems",
      actions: PROBLEMS.map(({ problem, title }) => ({
        id: `problem ${problem}`,
        label: `Diagnose: ${title}`,
        leftSection: <DIAGNOSIS.icon size={18} stroke={1.6} aria-hidden />,
        onClick: go(href("/diagnosis", { problem })),
      })),
    },
    {
      group: "Actions",
      actions: [
        ...(role === "viewer"
          ? []
          : [
              {
                id: "new prompt",
                label: "New prompt",
                leftSection: <IconMessage2Plus size={18} aria-hidden />,
                onClick: go(href("/prompts", { new: "" })),
              },
              {
                id: "new dashboard",
                label: "New dashboard",
                leftSection: <IconLayoutDashboard size={18} aria-hidden />,
                onClick: go(href("/dashboards/new")),
              },
              {
                id: "new experiment",
                label: "New experiment",
                leftSection: <IconFlask2 size={18} aria-hidden />,
                onClick: go(href("/experiments/new")),
              },
              {
                id: "new alert",
                label: "New alert rule",
                leftSection: <IconBellPlus size={18} aria-hidden />,
                onClick: go(href("/alerts/new")),
              },
            ]),
        { id: "refresh", label: "Refresh", leftSection: <IconRefresh size={18} aria-hidden />, onClick: refresh },
        {
          id: "live",
          label: view.live ? "Stop live updates" : "Start live updates",
          leftSection: <IconPlayerPlay size={18} aria-hidden />,
          onClick: () => change({ live: !view.live }),
        },
        ...PRESETS.map((preset) => ({
          id: `range ${preset}`,
          label: `Show ${PRESET_LABEL[preset].toLowerCase()}`,
          leftSection: <IconCalendar size={18} aria-hidden />,
          onClick: () => change({ range: { preset } }),
        })),
        {
          id: "light",
          label: "Light colours",
          leftSection: <IconSun size={18} aria-hidden />,
          onClick: () => setColorScheme("light"),
        },
        {
          id: "dark",
          label: "Dark colours",
          leftSection: <IconMoon size={18} aria-hidden />,
          onClick: () => setColorScheme("dark"),
        },
        {
          id: "shortcuts",
          label: "Keyboard shortcuts",
          leftSection: <IconKeyboard size={18} aria-hidden />,
          onClick: openShortcuts,
        },
        {
          id: "sign out",
          label: "Sign out",
          leftSection: <IconLogout size={18} aria-hidden />,
          onClick: () => signOut.mutate(),
        },
      ],
    },
    {
      group: "Prompts",
      actions: (called ?? []).map((prompt) => ({
        id: `prompt ${prompt ?? ""}`,
        label: promptName(prompt),
        leftSection: <IconMessage size={18} stroke={1.6} aria-hidden />,
        onClick: go(href("/", {}, { prompts: [prompt] })),
      })),
    },
    {
      group: "Pages of prompts",
      actions: [...new Set([...(registered ?? []), ...(called ?? []).filter((name) => name !== null)])].map((name) => ({
        id: `open ${name}`,
        label: `Open prompt ${name}`,
        leftSection: <IconMessage2Code size={18} stroke={1.6} aria-hidden />,
        onClick: go(href(promptPath(name))),
      })),
    },
    {
      group: "Experiments",
      actions: (experiments ?? []).map(({ id, title }) => ({
        id: `experiment ${id}`,
        label: `Open experiment ${title}`,
        leftSection: <IconFlask2 size={18} stroke={1.6} aria-hidden />,
        onClick: go(href(`/experiments/${id}`)),
      })),
    },
    {
      group: "Dashboards",
      actions: (dashboards ?? []).map(({ id, name }) => ({
        id: `dashboard ${id}`,
        label: `Open dashboard ${name}`,
        leftSection: <IconLayoutDashboard size={18} stroke={1.6} aria-hidden />,
        onClick: go(href(dashboardPath(id))),
      })),
    },
  ];
  return (
    <Spotlight
      store={paletteStore}
      actions={actions}
      shortcut={null}
      limit={30}
      scrollable
      attributes={{ content: { "aria-label": "Find pages, prompts and actions" } }}
      maxHeight={460}
      highlightQuery
      nothingFound="Nothing of this name"
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: "Find a page, a prompt or an action",
        "aria-label": "Find a page, a prompt or an action",
      }}
    />
  );
}
