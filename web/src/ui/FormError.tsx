import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { ApiError } from "../api/client";

/** What the API said about the form as a whole. An error of one of `fields` is shown there instead. */
export function FormError({ error, fields }: { error: Error | null; fields: readonly string[] }) {
  if (error === null) return null;
  if (error instanceof ApiError && error.field !== null && fields.includes(error.field)) return null;
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={16} aria-hidden />} role="alert">
      {error.message}
    </Alert>
  );
}
