#!/usr/bin/env node
// Writes year_2024.h: what the Linxiang plan's year looks like, worked out from the rules of deadlines as
// the contract states them (indicator/v1/plan.proto), and from nothing of the code under test. By hand:
//   node services/review/testdata/year_2024.mjs deploy/plans/linxiang-2024.json > services/review/testdata/year_2024.h
import {readFileSync} from "node:fs";

// The State Council's notices for 2024 and, as far as needed, 2025.
const OFF = new Set(`
  2024-01-01 2024-02-10 2024-02-11 2024-02-12 2024-02-13 2024-02-14 2024-02-15 2024-02-16 2024-02-17
  2024-04-04 2024-04-05 2024-04-06 2024-05-01 2024-05-02 2024-05-03 2024-05-04 2024-05-05 2024-06-10
  2024-09-15 2024-09-16 2024-09-17 2024-10-01 2024-10-02 2024-10-03 2024-10-04 2024-10-05 2024-10-06
  2024-10-07 2025-01-01 2025-01-28 2025-01-29 2025-01-30 2025-01-31`.trim().split(/\s+/));
const WORKED = new Set(`
  2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12
  2025-01-26`.trim().split(/\s+/));

// Days are `YYYY-MM-DD` throughout.
const step = (day, n) => new Date(Date.parse(day) + n * 86400000).toISOString().slice(0, 10);
const isWorked = (day) => {
  const weekday = new Date(day).getUTCDay();
  return WORKED.has(day) || (weekday >= 1 && weekday <= 5 && !OFF.has(day));
};

// n = 0: the first working day on or after; n > 0: the n-th after; n < 0: the n-th before.
function offset(day, n) {
  if (n === 0) {
    while (!isWorked(day)) day = step(day, 1);
    return day;
  }
  for (let left = Math.abs(n); left > 0; left -= isWorked(day) ? 1 : 0) day = step(day, Math.sign(n));
  return day;
}

const two = (n) => String(n).padStart(2, "0");
const monthEnd = (month) => new Date(Date.UTC(2024, month, 0)).toISOString().slice(0, 10);
const count = (n) => Array.from({length: n}, (_, i) => i + 1);

// Name and last day of each period of a rhythm.
const PERIODS = {
  DEKAD: count(12).flatMap((month) => [
    [`2024-${two(month)}-D1`, `2024-${two(month)}-10`],
    [`2024-${two(month)}-D2`, `2024-${two(month)}-20`],
    [`2024-${two(month)}-D3`, monthEnd(month)]]),
  MONTH: count(12).map((month) => [`2024-${two(month)}`, monthEnd(month)]),
  QUARTER: count(4).map((quarter) => [`2024-Q${quarter}`, monthEnd(3 * quarter)]),
  HALF_YEAR: count(2).map((half) => [`2024-H${half}`, monthEnd(6 * half)]),
};

const document = JSON.parse(readFileSync(process.argv[2], "utf8"));
const {plan, indicators} = document;

// The unit of each line that reports figures in a rhythm, and of each debtor of its articles.
function owed(rhythm) {
  const reporters = indicators.filter(({collection}) => collection === rhythm).flatMap(({responsibility}) => {
    const role = responsibility?.mode === "JOINT" ? "DATA_REPORTER" : "ACCOUNTABLE";
    return (responsibility?.lines ?? []).filter((line) => line.role === role).map(({unit}) => unit);
  });
  const debtors = plan.article_quotas.filter(({every}) => every === rhythm).flatMap(({debtor}) =>
    debtor === "EACH_MEMBER" ? plan.work_group.members : [plan.work_group.office]);
  return [...reporters, ...debtors];
}

function rowOf({kind, every, deadline}, [period, lastDay]) {
  const at = (day) => `${day} ${deadline.cutoff}`;
  const due = offset(lastDay, deadline.offset_workdays);
  const open = `${lastDay} 00:00`;
  const lock = at(offset(due, deadline.lock_workdays));
  const reminders = plan.reminders
    .map(({workdays_from_due: days = 0, time_of_day: time}, i) => [i + 1, `${offset(due, days)} ${time}`])
    .filter(([, time]) => open <= time && time < lock)
    .map(([place, time]) => `${place}@${time}`);
  // The year has no review of its own: the last appraisal opens it.
  const units = [...owed(every), ...(period === "2024-H2" ? owed("YEAR") : [])];
  const texts = [`${kind}-${period}`.toLowerCase(), open, at(due), at(offset(due, deadline.grace_workdays)),
    lock, reminders.join(",")];
  return `    {${texts.map((text) => `"${text}"`).join(", ")}, ${units.length}, ${new Set(units).size}},`;
}

const rows = plan.cadences.flatMap((cadence) =>
  PERIODS[cadence.every].map((period) => rowOf(cadence, period)));
console.log(`#ifndef DUBAN_SERVICES_REVIEW_TESTDATA_YEAR_2024_H_
#define DUBAN_SERVICES_REVIEW_TESTDATA_YEAR_2024_H_

#include <string_view>

namespace duban::review::testdata {

// One session of the Linxiang plan. Made by year_2024.mjs; times are local, \`YYYY-MM-DD HH:MM\`.
struct YearRow {
  std::string_view session;
  std::string_view open;
  std::string_view due;
  std::string_view grace_end;
  std::string_view lock;
  std::string_view reminders;  // \`place@time\`, joined by commas
  int obligations;
  int units;  // that owe them
};

// clang-format off
inline constexpr YearRow kYear2024[] = {
${rows.join("\n")}
};
// clang-format on

}  // namespace duban::review::testdata

#endif  // DUBAN_SERVICES_REVIEW_TESTDATA_YEAR_2024_H_`);
