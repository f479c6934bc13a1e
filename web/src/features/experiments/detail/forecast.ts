import type { Forecast } from "../../../api/experiments";
import { formatExact } from "../../../format/number";
import { daysText } from "../progress";
import { unitsWord } from "../words";

/** How long it still takes. The API says it in a sentence; without one: "1,240 of about 5,000 users, 310 a day." */
export function forecastText(forecast: Forecast, unit: "user" | "session"): string {
  const { units, needed_units: needed, units_per_day: rate, days_left: left, note } = forecast;
  if (note !== "") return sentence(note);
  if (needed === null) return "How long it takes is not known yet.";
  const pace = rate === null ? "" : `, ${formatExact(Math.round(rate), "count")} a day`;
  const head = left === null || left === 0 ? "" : `About ${daysText(left)} left: `;
  return sentence(`${head}${formatExact(units, "count")} of about ${unitsWord(unit, needed)}${pace}`);
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
