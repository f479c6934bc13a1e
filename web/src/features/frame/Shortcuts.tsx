import { Kbd, Modal, Table } from "@mantine/core";
import { useEffect, useEffectEvent, useState } from "react";
import { useNavigate } from "react-router";
import { useClock } from "../../state/ClockContext";
import { useHref } from "../../state/useHref";
import { useView } from "../../state/useView";
import { onOpenShortcuts, palette } from "./events";
import { CONNECT, DIAGNOSIS, PAGES } from "./pages";

/** Longest pause between the two keys of a sequence, milliseconds. */
const SEQUENCE_MS = 1200;

const LIST: readonly (readonly [string, string])[] = [
  ["Ctrl K or ⌘ K", "Find a page, a prompt or an action"],
  ...[...PAGES, CONNECT, DIAGNOSIS].map(({ key, label }) => [`G then ${key.toUpperCase()}`, label] as const),
  ["L", "Live updates on and off"],
  ["R", "Refresh"],
  ["P", "Previous period on and off"],
  ["J and K", "Next and previous call, with a call open"],
  ["Drag on a chart", "Zoom in"],
  ["Double-click a chart", "Zoom out"],
  ["?", "This list"],
];

/** Listens for the keyboard shortcuts and shows their list. */
export function Shortcuts() {
  const [opened, setOpened] = useState(false);
  const [leader, setLeader] = useState<number | null>(null);
  const navigate = useNavigate();
  const href = useHref();
  const { view, change } = useView();
  const { refresh } = useClock();

  const pressed = useEffectEvent((event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      palette.toggle();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    if (leader !== null && event.timeStamp - leader < SEQUENCE_MS) {
      const page = [...PAGES, CONNECT, DIAGNOSIS].find((one) => one.key === key);
      setLeader(null);
      if (page !== undefined) void navigate(href(page.path));
    } else if (key === "g") setLeader(event.timeStamp);
    else if (key === "l") change({ live: !view.live });
    else if (key === "p") change({ previous: !view.previous });
    else if (key === "r") refresh();
    else if (key === "?") setOpened(true);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => pressed(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
  useEffect(() => onOpenShortcuts(() => setOpened(true)), []);

  return (
    <Modal opened={opened} onClose={() => setOpened(false)} title="Keyboard shortcuts">
      <Table verticalSpacing={6}>
        <Table.Tbody>
          {LIST.map(([keys, does]) => (
            <Table.Tr key={keys}>
              <Table.Td w={170}>
                <Kbd>{keys}</Kbd>
              </Table.Td>
              <Table.Td>{does}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("input, textarea, select, [contenteditable], [role=dialog]") !== null
  );
}
