import { Button, MultiSelect, NativeSelect, Switch, TagsInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { Link, useNavigate } from "react-router";
import type { Channel } from "../../api/channels";
import { ApiError } from "../../api/client";
import type { Report } from "../../api/reports";
import { useWatchRead } from "../../api/useWatchRead";
import { useWatchWrite } from "../../api/useWatchWrite";
import { useHref } from "../../state/useHref";
import { BackLink } from "../../ui/BackLink";
import { FilterFields } from "../../ui/filter/FilterFields";
import { FormError } from "../../ui/FormError";
import { Page } from "../../ui/Page";
import { PageHead } from "../../ui/PageHead";
import { Panel } from "../../ui/Panel";
import { useDashboards } from "../dashboards/useDashboards";
import { PreviewPanel } from "./PreviewPanel";
import classes from "./Reports.module.css";
import { ScheduleFields } from "./ScheduleFields";
import { bodyOf, fieldOf, problemsOf, valuesOf, type ReportValues } from "./values";

/** Defines or changes a report; how it looks stands beside it. */
export function ReportForm({ stored }: { stored: Report | null }) {
  const href = useHref();
  const navigate = useNavigate();
  const write = useWatchWrite<Report>();
  const dashboards = useDashboards();
  const { data: channels = [] } = useWatchRead<Channel[]>("/channels");
  const form = useForm<ReportValues>({
    mode: "controlled",
    initialValues: valuesOf(stored),
    validateInputOnBlur: true,
    validate: (values) => problemsOf(values),
  });
  const target = href(stored === null ? "/reports" : `/reports/${stored.id}`);
  const submit = (values: ReportValues) =>
    write.mutate(
      stored === null
        ? { path: "/reports", method: "POST", body: bodyOf(values) }
        : { path: `/reports/${stored.id}`, method: "PATCH", body: bodyOf(values) },
      {
        onSuccess: (saved) => {
          notifications.show({ message: `Report “${saved.name}” ${stored === null ? "defined" : "saved"}` });
          void navigate(href(`/reports/${saved.id}`));
        },
        onError: (error) => {
          const field = error instanceof ApiError && error.field !== null ? fieldOf(error.field) : null;
          if (field !== null) form.setFieldError(field, error.message);
        },
      },
    );
  const { values, errors } = form;
  const refused = write.error instanceof ApiError && write.error.field !== null ? write.error.field : null;
  return (
    <Page>
      <BackLink to={target}>{stored === null ? "Reports" : stored.name}</BackLink>
      <PageHead title={stored === null ? "New report" : "Edit report"} />
      <div className={classes["columns"]}>
        <Panel title="Report">
          <form className={classes["form"]} aria-label="Report" noValidate onSubmit={form.onSubmit(submit)}>
            <TextInput size="xs" label="Name" placeholder="Morning summary" {...form.getInputProps("name")} />
            <ScheduleFields form={form} />
            <NativeSelect
              size="xs"
              label="Contents"
              data={[
                { value: "", label: "Key metrics, trends, incidents, recommendations" },
                ...(dashboards.data ?? []).map(({ id, name }) => ({ value: id, label: `Dashboard: ${name}` })),
              ]}
              {...form.getInputProps("dashboard")}
            />
            <FilterFields
              where={values.where}
              error={errors["where"] as string | undefined}
              onChange={(where) => form.setFieldValue("where", where)}
            />
            <TagsInput
              size="xs"
              label="Mailed to"
              description="Addresses; each may unsubscribe by a link in the mail."
              placeholder={values.addresses.length === 0 ? "name@example.com" : ""}
              splitChars={[",", " ", ";"]}
              {...form.getInputProps("addresses")}
            />
            <MultiSelect
              size="xs"
              label="Also to channels"
              description="They get a short message with a link."
              placeholder={values.channels.length === 0 ? "Choose channels" : ""}
              nothingFoundMessage="No such channel"
              searchable
              data={channels
                .filter(({ kind }) => kind !== "pagerduty")
                .map(({ id, name }) => ({ value: id, label: name }))}
              {...form.getInputProps("channels")}
            />
            <Switch
              size="xs"
              label="Stay quiet when there is nothing to say"
              {...form.getInputProps("quiet", { type: "checkbox" })}
            />
            <Switch size="xs" label="Attach it as PDF" {...form.getInputProps("pdf", { type: "checkbox" })} />
            <Switch size="xs" label="Send it by schedule" {...form.getInputProps("enabled", { type: "checkbox" })} />
            <FormError error={write.error} fields={refused !== null && fieldOf(refused) !== null ? [refused] : []} />
            <div className={classes["buttons"]}>
              <Button type="submit" size="xs" loading={write.isPending}>
                {stored === null ? "Create report" : "Save report"}
              </Button>
              <Button component={Link} to={target} size="xs" variant="default">
                Cancel
              </Button>
            </div>
          </form>
        </Panel>
        <PreviewPanel body={() => bodyOf(values)} ready={values.name.trim() !== ""} />
      </div>
    </Page>
  );
}
