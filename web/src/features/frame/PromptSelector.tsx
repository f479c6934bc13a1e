import { Button, Combobox, Switch, useCombobox } from "@mantine/core";
import { IconCheck, IconChevronDown, IconSquare, IconSquareCheckFilled } from "@tabler/icons-react";
import { useState } from "react";
import { assignColours } from "../../charts/colours";
import { useValues } from "../../api/useValues";
import { useTurn } from "../../state/useTurn";
import { useView } from "../../state/useView";
import { MAX_COMPARED } from "../../state/view";
import { promptName } from "../../ui/promptName";
import { Swatch } from "../../ui/Swatch";
import classes from "./Selector.module.css";

const ALL = "all";
const SHOWN = 200;

/** All prompts, one, or up to three to compare. */
export function PromptSelector() {
  const { view, change } = useView();
  const { data: prompts = [], isPending } = useValues("prompt_id", useTurn());
  const [search, setSearch] = useState("");
  const [wantsCompare, setWantsCompare] = useState(false);
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      setSearch("");
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  });
  const comparing = wantsCompare || view.prompts.length > 1;
  const missing = view.prompts.filter((prompt) => !prompts.includes(prompt));
  const found = [...missing, ...prompts].filter((prompt) =>
    promptName(prompt).toLowerCase().includes(search.trim().toLowerCase()),
  );
  const colours = assignColours(view.prompts.map(promptName));

  const choose = (value: string) => {
    if (value === ALL) {
      change({ prompts: [] });
      combobox.closeDropdown();
      return;
    }
    const prompt = value === "=" ? null : value.slice(1);
    if (!comparing) {
      change({ prompts: [prompt] });
      combobox.closeDropdown();
    } else if (view.prompts.includes(prompt)) change({ prompts: view.prompts.filter((other) => other !== prompt) });
    else if (view.prompts.length < MAX_COMPARED) change({ prompts: [...view.prompts, prompt] });
  };
  const setComparing = (on: boolean) => {
    setWantsCompare(on);
    if (!on) change({ prompts: view.prompts.slice(0, 1) });
  };

  return (
    <Combobox store={combobox} onOptionSubmit={choose} width={300} position="bottom-start">
      <Combobox.Target targetType="button">
        <Button
          size="xs"
          variant="default"
          className={classes["selector"] ?? ""}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          onClick={() => combobox.toggleDropdown()}
          aria-label={`Prompts: ${labelOf(view.prompts)}`}
        >
          <span className={classes["words"]}>{labelOf(view.prompts)}</span>
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          placeholder="Find a prompt"
          aria-label="Find a prompt"
        />
        <Combobox.Options className={classes["list"] ?? ""} aria-label="Prompts">
          <Combobox.Option value={ALL} active={view.prompts.length === 0}>
            <span className={classes["option"]}>
              {view.prompts.length === 0 && <IconCheck size={14} aria-hidden />} All prompts
            </span>
          </Combobox.Option>
          {found.slice(0, SHOWN).map((prompt) => {
            const chosen = view.prompts.includes(prompt);
            const Mark = chosen ? IconSquareCheckFilled : IconSquare;
            return (
              <Combobox.Option
                key={prompt ?? ""}
                value={`=${prompt ?? ""}`}
                active={chosen}
                disabled={comparing && !chosen && view.prompts.length === MAX_COMPARED}
              >
                <span className={classes["option"]}>
                  {comparing ? <Mark size={16} aria-hidden /> : chosen && <IconCheck size={14} aria-hidden />}
                  {promptName(prompt)}
                  {comparing && chosen && <Swatch place={colours.get(promptName(prompt)) ?? 0} />}
                </span>
              </Combobox.Option>
            );
          })}
          {found.length > SHOWN && (
            <Combobox.Empty>
              {SHOWN} of {found.length}; type to find the others
            </Combobox.Empty>
          )}
          {found.length === 0 && (
            <Combobox.Empty>{isPending ? "Loading prompts" : "No prompt of this name"}</Combobox.Empty>
          )}
        </Combobox.Options>
        <div className={classes["foot"]}>
          <Switch
            size="xs"
            checked={comparing}
            onChange={(event) => setComparing(event.currentTarget.checked)}
            label={`Compare up to ${MAX_COMPARED}`}
          />
        </div>
      </Combobox.Dropdown>
    </Combobox>
  );
}

function labelOf(prompts: readonly (string | null)[]): string {
  const [first] = prompts;
  if (first === undefined) return "All prompts";
  return prompts.length === 1 ? promptName(first) : `Compare ${prompts.length} prompts`;
}
