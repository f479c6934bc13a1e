import { Select, type SelectProps } from "@mantine/core";
import { zoneOffsetName } from "../format/time";
import { timeZones } from "../format/zone";

type Props = Omit<SelectProps, "data">;

/** Every zone, searchable by city or by its distance from UTC. */
export function TimeZoneSelect(props: Props) {
  const known = timeZones();
  const value = typeof props.value === "string" && !known.includes(props.value) ? [props.value] : [];
  const data = [...value, ...known].map((zone) => ({ value: zone, label: zoneLabel(zone) }));
  return <Select searchable allowDeselect={false} limit={60} {...props} data={data} />;
}

function zoneLabel(zone: string): string {
  const offset = zoneOffsetName(zone, Date.now());
  return zone === offset ? zone : `${zone.replaceAll("_", " ")} (${offset})`;
}
