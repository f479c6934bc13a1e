// one file in this order: parts of Mantine override its core
import "@mantine/core/styles.css";
import "@mantine/dates/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "./global.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { ApiContext } from "./api/ApiContext";
import { ApiError, createApi } from "./api/client";
import { SESSION } from "./api/keys";
import type { Session } from "./api/types";
import { sessionQuery } from "./api/useSession";
import { App, preload } from "./App";
import { theme } from "./theme";
import { reloadAfterUpgrade } from "./upgrade";

reloadAfterUpgrade(window);
preload(window.location.pathname);

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      // what was refused will be refused again; what did not answer may
      retry: (failures, error) =>
        error instanceof ApiError && (error.status === 0 || error.status >= 500) && failures < 1,
    },
  },
});
const api = createApi({
  fetch: window.fetch.bind(window),
  csrfToken: () => queries.getQueryData<Session | null>(SESSION)?.csrf_token ?? null,
  signedOut: () => queries.setQueryData(SESSION, null),
});
// pages of those who signed in wait for it: it is asked for before anything is drawn
if (!/^\/(sign-in|shared)(\/|$)/.test(window.location.pathname)) {
  queries.query(sessionQuery(api)).catch(() => undefined); // the page tells what failed
}

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <ApiContext value={api}>
          {/* what the address holds answers at once: a switch must not wait for what it asks */}
          <BrowserRouter useTransitions={false}>
            <App />
          </BrowserRouter>
        </ApiContext>
      </QueryClientProvider>
      <Notifications position="bottom-right" autoClose={4000} />
    </MantineProvider>
  </StrictMode>,
);
