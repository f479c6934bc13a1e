import { Button, FileButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconFileImport } from "@tabler/icons-react";
import { useNavigate } from "react-router";
import { useHref } from "../../../state/useHref";
import { dashboardPath } from "../dashboardPath";
import { parseFile } from "../file";
import { useDashboardWrite } from "../useDashboardWrite";

/** Makes a dashboard of an exported file. */
export function ImportButton() {
  const href = useHref();
  const navigate = useNavigate();
  const write = useDashboardWrite();
  const refuse = (message: string) =>
    notifications.show({ color: "red", title: "Not imported", message, autoClose: 10_000 });
  const take = async (file: File | null) => {
    if (file === null) return;
    const read = parseFile(await file.text());
    if (typeof read === "string") refuse(read);
    else {
      write.mutate(
        { path: "/import", method: "POST", body: read },
        {
          onSuccess: (made) => {
            if (made == null) return;
            notifications.show({ message: `${made.name} imported` });
            void navigate(href(dashboardPath(made.id)));
          },
          onError: (error) => refuse(error.message),
        },
      );
    }
  };
  return (
    <FileButton
      accept="application/json,.json"
      onChange={(file) => void take(file)}
      inputProps={{ "aria-label": "File of a dashboard" }}
    >
      {(props) => (
        <Button
          {...props}
          size="xs"
          variant="default"
          loading={write.isPending}
          leftSection={<IconFileImport size={15} aria-hidden />}
        >
          Import
        </Button>
      )}
    </FileButton>
  );
}
