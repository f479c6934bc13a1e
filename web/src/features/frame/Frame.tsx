import { Drawer, Skeleton } from "@mantine/core";
import { useDisclosure, useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { Suspense } from "react";
import { Outlet, useLocation } from "react-router";
import { ClockProvider } from "../../state/ClockProvider";
import { useProject } from "../../state/ProjectContext";
import { FailureBoundary } from "../../ui/FailureBoundary";
import { barOf } from "./bar";
import classes from "./Frame.module.css";
import { KeptNote } from "./KeptNote";
import { Navigation } from "./Navigation";
import { NoCallsNote } from "./NoCallsNote";
import { Palette } from "./Palette";
import { Shortcuts } from "./Shortcuts";
import { TopBar } from "./TopBar";

/** What surrounds every page: navigation, top bar, palette, shortcuts. */
export function Frame() {
  const [collapsed, setCollapsed] = useLocalStorage({ key: "promptpulse-navigation-collapsed", defaultValue: false });
  const [open, drawer] = useDisclosure(false);
  const narrow = useMediaQuery("(max-width: 47.99em)");
  const { id } = useProject();
  const { pathname } = useLocation();
  const bar = barOf(pathname);
  return (
    <ClockProvider key={id}>
      <a className={classes["skip"]} href="#content">
        Skip to the content
      </a>
      <div className={classes["frame"]} data-collapsed={collapsed || undefined}>
        {narrow ? (
          <Drawer
            opened={open}
            onClose={drawer.close}
            size={230}
            withCloseButton={false}
            padding={0}
            attributes={{ content: { "aria-label": "Navigation" } }}
          >
            <div className={classes["drawer"]}>
              <Navigation collapsed={false} onFollow={drawer.close} />
            </div>
          </Drawer>
        ) : (
          <div className={classes["side"]}>
            <Navigation collapsed={collapsed} onCollapse={() => setCollapsed(!collapsed)} />
          </div>
        )}
        <div className={classes["main"]}>
          <TopBar {...bar} onMenu={narrow ? drawer.open : null} />
          <main id="content" className={classes["content"]} tabIndex={-1}>
            {bar.analysis && pathname !== "/" && <NoCallsNote />}
            {bar.analysis && <KeptNote />}
            <FailureBoundary key={pathname.split("/")[1]}>
              <Suspense fallback={<Skeleton height={320} />}>
                <Outlet />
              </Suspense>
            </FailureBoundary>
          </main>
        </div>
      </div>
      <Palette />
      <Shortcuts />
    </ClockProvider>
  );
}
