import { ActionIcon, Button, Menu, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBookmark, IconBookmarkPlus, IconDots, IconUsers } from "@tabler/icons-react";
import { useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { Failure } from "../../ui/Failure";
import { SavedViewDialog } from "./SavedViewDialog";
import { useSavedViews, type SavedView } from "./useSavedViews";

/** Opens, saves and changes views of this page. */
export function SavedViews({ page }: { page: string }) {
  const { views } = useSavedViews(page);
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const [saving, dialog] = useDisclosure(false);
  const [edited, setEdited] = useState<SavedView | null>(null);
  const here = search.replace(/^\?/, "");
  const current = views.data?.find((view) => view.search === here);
  return (
    <>
      <Menu position="bottom-end" width={280} shadow="md">
        <Menu.Target>
          <Button size="xs" variant="default" leftSection={<IconBookmark size={14} aria-hidden />}>
            {current?.name ?? "Views"}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.error !== null && (
            <Failure what="The views could not be loaded" error={views.error} onRetry={() => void views.refetch()} />
          )}
          {views.data?.length === 0 && (
            <Text size="xs" c="dimmed" p="xs">
              Keep these filters and this time range under a name.
            </Text>
          )}
          {views.data?.map((view) => (
            <Menu.Item
              key={view.id}
              onClick={() => void navigate(`${pathname}?${view.search}`)}
              rightSection={
                view.own ? (
                  <ActionIcon
                    component="span"
                    size="sm"
                    variant="subtle"
                    color="gray"
                    aria-hidden
                    onClick={(event) => {
                      event.stopPropagation();
                      setEdited(view);
                    }}
                  >
                    <IconDots size={14} />
                  </ActionIcon>
                ) : (
                  <IconUsers size={14} aria-label={`Shared by ${view.created_by}`} />
                )
              }
            >
              {view.name}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<IconBookmarkPlus size={14} aria-hidden />} onClick={dialog.open}>
            Save this view
          </Menu.Item>
          {current?.own === true && <Menu.Item onClick={() => setEdited(current)}>Change “{current.name}”</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      {saving && <SavedViewDialog page={page} search={here} view={null} onClose={dialog.close} />}
      {edited !== null && <SavedViewDialog page={page} search={here} view={edited} onClose={() => setEdited(null)} />}
    </>
  );
}
