import { Button, Group, Modal, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue, useMediaQuery } from "@mantine/hooks";
import { useState } from "react";
import type { Widget } from "../../../api/dashboards";
import { useFields } from "../../../api/useFields";
import { KINDS } from "../kinds";
import { asKind } from "../newWidget";
import { freePlace } from "../layout";
import { problemsOf, titleOf } from "../problems";
import { useScene } from "../widgets/SceneContext";
import { KindPicker } from "./KindPicker";
import { QueryForm } from "./QueryForm";
import { WidgetPreview } from "./WidgetPreview";
import classes from "./WidgetEditor.module.css";

/** After the last change. */
const WAIT_MS = 400;

interface Props {
  widget: Widget;
  /** It is not on the dashboard yet. */
  fresh: boolean;
  others: readonly Widget[];
  onApply: (widget: Widget) => void;
  onClose: () => void;
}

/** What a widget shows, with how it looks beside it. */
export function WidgetEditor({ widget: given, fresh, others, onApply, onClose }: Props) {
  const { metrics } = useScene();
  const { data: catalogue } = useFields();
  const narrow = useMediaQuery("(max-width: 47.99em)");
  const [widget, setWidget] = useState(given);
  const [tried, setTried] = useState(false);
  const [shown] = useDebouncedValue(widget, WAIT_MS);
  const problems = problemsOf(widget, metrics, catalogue?.fields);
  const sound = Object.keys(problems).length === 0;
  const setKind = (kind: Widget["kind"]) => {
    const next = asKind(widget, kind);
    // a new widget has the size of its kind; one that is on the dashboard keeps the size it was given
    setWidget(fresh ? { ...next, place: freePlace(others, KINDS[kind].size) } : next);
  };
  const apply = () => {
    setTried(true);
    if (sound) onApply({ ...widget, title: widget.title.trim() });
  };
  const name = titleOf({ ...widget, title: "" }, metrics);
  return (
    <Modal
      opened
      onClose={onClose}
      size={1080}
      fullScreen={narrow}
      title={fresh ? "Add widget" : `Edit ${titleOf(given, metrics)}`}
    >
      <form
        noValidate
        className={classes["columns"]}
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <div className={classes["fields"]}>
          <KindPicker value={widget.kind} onChange={setKind} />
          <TextInput
            size="xs"
            label="Title"
            placeholder={name}
            maxLength={200}
            value={widget.title}
            onChange={(event) => setWidget({ ...widget, title: event.currentTarget.value })}
          />
          {widget.kind === "text" ? (
            <Textarea
              size="xs"
              label="Text"
              description="Markdown: # heading, **bold**, - list, [link](https://…)"
              autosize
              minRows={6}
              maxRows={16}
              maxLength={20_000}
              value={widget.text}
              error={tried ? problems.text : undefined}
              onChange={(event) => setWidget({ ...widget, text: event.currentTarget.value })}
            />
          ) : (
            <QueryForm
              kind={widget.kind}
              query={widget.query}
              // what is not chosen yet is no mistake before it is asked for
              problems={tried ? problems : { ...(problems.cumulative && { cumulative: problems.cumulative }) }}
              onChange={(part) => setWidget({ ...widget, query: { ...widget.query, ...part } })}
            />
          )}
        </div>
        <div className={classes["side"]}>
          <WidgetPreview widget={shown} problems={problemsOf(shown, metrics, catalogue?.fields)} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!sound && tried}>
              {fresh ? "Add to the dashboard" : "Apply"}
            </Button>
          </Group>
        </div>
      </form>
    </Modal>
  );
}
