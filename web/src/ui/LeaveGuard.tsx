import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useEffect, useEffectEvent, useState } from "react";
import { useNavigate } from "react-router";

interface Props {
  /** There is something to save. */
  active: boolean;
  /** What it is of: "dashboard". */
  what: string;
  name: string;
  onSave: () => void;
}

/**
 * Asks before a link leads away from what is not saved. Ways that cannot be held up (Back, the palette) lose nothing
 * either: the draft stays in the browser, and the editor shows it again.
 */
export function LeaveGuard({ active, what, name, onSave }: Props) {
  const navigate = useNavigate();
  const [target, setTarget] = useState<string | null>(null);
  const follow = useEffectEvent((event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
    if (!active || link === null || link.hasAttribute("data-leaves") || link.target === "_blank") return;
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const to = new URL(link.href);
    if (to.origin !== window.location.origin || to.pathname === window.location.pathname) return;
    event.preventDefault();
    event.stopPropagation();
    setTarget(`${to.pathname}${to.search}${to.hash}`);
  });
  const unload = useEffectEvent((event: BeforeUnloadEvent) => {
    if (active) event.preventDefault();
  });
  useEffect(() => {
    const clicked = (event: MouseEvent) => follow(event);
    const unloading = (event: BeforeUnloadEvent) => unload(event);
    document.addEventListener("click", clicked, { capture: true });
    window.addEventListener("beforeunload", unloading);
    return () => {
      document.removeEventListener("click", clicked, { capture: true });
      window.removeEventListener("beforeunload", unloading);
    };
  }, []);
  const stay = () => setTarget(null);
  return (
    <Modal opened={target !== null} onClose={stay} title="Leave without saving?">
      <Stack gap="sm">
        <Text>
          The changes of {name.trim() === "" ? `this ${what}` : `“${name.trim()}”`} are not saved. They stay in this
          browser, and are here again when you edit it next.
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={stay} data-autofocus>
            Stay here
          </Button>
          <Button
            variant="default"
            onClick={() => {
              if (target !== null) void navigate(target);
            }}
          >
            Leave, keep the draft
          </Button>
          <Button
            onClick={() => {
              stay();
              onSave();
            }}
          >
            Save {what}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
