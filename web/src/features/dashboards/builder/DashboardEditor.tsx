import { Alert, Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useNavigate } from "react-router";
import { ApiError } from "../../../api/client";
import type { Dashboard, DashboardBody, Widget } from "../../../api/dashboards";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { BackLink } from "../../../ui/BackLink";
import { Empty } from "../../../ui/Empty";
import { FormError } from "../../../ui/FormError";
import { LeaveGuard } from "../../../ui/LeaveGuard";
import { dashboardPath } from "../dashboardPath";
import { parseWidget } from "../file";
import { inOrder } from "../layout";
import { copyOf, newWidget } from "../newWidget";
import { useDashboardWrite } from "../useDashboardWrite";
import { ProjectScene } from "../view/ProjectScene";
import classes from "./Builder.module.css";
import { ConflictDialog } from "./ConflictDialog";
import { draftPlace, keptDraft } from "./draft";
import { EditorBar } from "./EditorBar";
import { EditorGrid } from "./EditorGrid";
import { freshId } from "./freshId";
import { useEditing } from "./useEditing";
import { useEditorKeys } from "./useEditorKeys";
import { usePasted } from "./usePasted";
import { WidgetEditor } from "./WidgetEditor";

interface Props {
  /** null: it is not saved yet. */
  id: string | null;
  saved: DashboardBody;
  /** Of `saved`. */
  revision: number | null;
  /** The dashboard that this is a copy of. */
  copyOf?: string;
}

/** Code of the answer to a change of something that somebody else changed meanwhile. */
const CHANGED = "edited_meanwhile";

/** A dashboard being made: its widgets are added, set up, moved and sized, and saved as one. */
export function DashboardEditor({ id, copyOf: source, ...given }: Props) {
  // what it began with: what somebody else saves meanwhile must not pass for it
  const [{ saved, revision }] = useState(given);
  const { id: project } = useProject();
  const href = useHref();
  const navigate = useNavigate();
  const write = useDashboardWrite();
  const place = draftPlace(project, id ?? (source === undefined ? "new" : `copy of ${source}`));
  const [kept, setKept] = useState(() => keptDraft(window.localStorage, place, saved));
  const basis = kept === null ? revision : kept.revision;
  const editing = useEditing(saved, kept, place, basis);
  const { body, dirty } = editing;
  const [edited, setEdited] = useState<{ widget: Widget; fresh: boolean } | null>(null);
  const [conflict, setConflict] = useState(false);
  const [left, setLeft] = useState(false);
  const target = href(id === null ? (source === undefined ? "/dashboards" : dashboardPath(source)) : dashboardPath(id));

  const done = (dashboard: Dashboard | undefined) => {
    window.localStorage.removeItem(place);
    setLeft(true);
    notifications.show({ message: `${body.name.trim()} saved` });
    void navigate(href(dashboardPath(dashboard?.id ?? id ?? "")));
  };
  const failed = (error: Error) => {
    if (error instanceof ApiError && error.status === 409 && error.code === CHANGED) setConflict(true);
  };
  // rows are told to readers of text in the order of the page
  const sent = { ...body, name: body.name.trim(), widgets: inOrder(body.widgets) };
  const create = (name = sent.name) =>
    write.mutate({ path: "", method: "POST", body: { ...sent, name } }, { onSuccess: done, onError: failed });
  const replace = (over: number | null) =>
    write.mutate(
      { path: `/${encodeURIComponent(id ?? "")}`, method: "PUT", body: { ...sent, revision: over } },
      { onSuccess: done, onError: failed },
    );
  const save = () => {
    if (write.isPending || sent.name === "" || (id !== null && !dirty)) return;
    if (id === null) create();
    else replace(basis);
  };
  const add = () => setEdited({ widget: newWidget("line", freshId(body.widgets), body.widgets), fresh: true });
  const insert = (widget: Widget, said: string) => {
    const made = copyOf(widget, freshId(body.widgets), body.widgets);
    editing.setWidgets([...body.widgets, made]);
    notifications.show({ message: said });
    requestAnimationFrame(() => document.getElementById(made.id)?.scrollIntoView({ block: "nearest" }));
  };
  const paste = (text: string) => {
    const widget = parseWidget(text);
    if (widget !== null) insert(widget, "Widget pasted");
    return widget !== null;
  };
  usePasted(edited === null, paste);
  useEditorKeys(edited === null, { undo: editing.undo, redo: editing.redo, save });
  const apply = (widget: Widget) => {
    const others = body.widgets.filter((one) => one.id !== widget.id);
    const fresh = others.length === body.widgets.length;
    editing.setWidgets(
      fresh ? [...body.widgets, widget] : body.widgets.map((one) => (one.id === widget.id ? widget : one)),
    );
    setEdited(null);
  };
  const nameRefused = write.error instanceof ApiError && write.error.field === "name" ? write.error.message : null;
  return (
    <ProjectScene opensWith={body.range}>
      <div className={classes["page"]}>
        <BackLink to={target}>{id === null ? "Dashboards" : saved.name}</BackLink>
        <h1 className={classes["title"]}>{id === null ? "New dashboard" : "Edit dashboard"}</h1>
        {kept !== null && (
          <Alert variant="light" p="xs">
            <div className={classes["kept"]}>
              {kept.revision === revision
                ? "What you changed before and did not save is here again."
                : "What you changed before and did not save is here again. The dashboard was saved by somebody else since: you choose when you save."}
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => {
                  editing.discard();
                  setKept(null);
                }}
              >
                Discard it
              </Button>
            </div>
          </Alert>
        )}
        <EditorBar
          editing={editing}
          isNew={id === null}
          saving={write.isPending}
          nameError={nameRefused}
          onAdd={add}
          onPaste={paste}
          onSave={save}
          leaveTo={target}
          onLeave={() => {
            window.localStorage.removeItem(place);
            setLeft(true);
          }}
        />
        {!conflict && <FormError error={write.error} fields={["name"]} />}
        {body.widgets.length === 0 ? (
          <Empty title="An empty dashboard">
            Add the charts, tables and numbers you look at most, then drag them where you want them.
            <div>
              <Button size="xs" mt="sm" onClick={add}>
                Add widget
              </Button>
            </div>
          </Empty>
        ) : (
          <EditorGrid
            widgets={body.widgets}
            onChange={editing.setWidgets}
            onEdit={(widget) => setEdited({ widget, fresh: false })}
            onDuplicate={(widget) => insert(widget, "Widget duplicated")}
          />
        )}
        {edited !== null && (
          <WidgetEditor
            widget={edited.widget}
            fresh={edited.fresh}
            others={body.widgets}
            onApply={apply}
            onClose={() => setEdited(null)}
          />
        )}
        {conflict && id !== null && (
          <ConflictDialog
            id={id}
            mine={body.name}
            saving={write.isPending}
            error={write.error}
            onClose={() => {
              setConflict(false);
              write.reset();
            }}
            onCopy={create}
            onReplace={replace}
          />
        )}
        <LeaveGuard active={dirty && !left} what="dashboard" name={body.name} onSave={save} />
      </div>
    </ProjectScene>
  );
}
