#ifndef DUBAN_SERVICES_INDICATOR_UNIT_RULES_H_
#define DUBAN_SERVICES_INDICATOR_UNIT_RULES_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/base/error.h"
#include "duban/indicator/v1/directory.pb.h"
#include "duban/indicator/v1/directory_service.pb.h"
#include "services/indicator/vocabulary.h"

namespace duban::indicator {

inline constexpr Reason kUnitNameTaken{"UNIT_NAME_TAKEN", absl::StatusCode::kAlreadyExists,
                                       "名称“{text}”在同一时期已属于 {unit}",
                                       "The name \"{text}\" belongs to {unit} at the same time."};
inline constexpr Reason kUnitClosed{"UNIT_CLOSED", absl::StatusCode::kFailedPrecondition,
                                    "{unit} 已于 {valid_until} 撤销",
                                    "{unit} was closed; its last day is {valid_until}."};
inline constexpr Reason kUnitDiffers{"UNIT_DIFFERS", absl::StatusCode::kInvalidArgument,
                                     "{unit} 已存在，但 {field} 与文档不同",
                                     "{unit} exists and its {field} is not as in the document."};
inline constexpr Reason kUnitUnknown{"UNIT_UNKNOWN", absl::StatusCode::kInvalidArgument,
                                     "没有责任单位 {unit}", "There is no unit {unit}."};
inline constexpr Reason kUnitNotValid{"UNIT_NOT_VALID", absl::StatusCode::kInvalidArgument,
                                      "{unit} 在 {date} 不是有效的责任单位",
                                      "{unit} does not exist on {date}."};
inline constexpr Reason kCollectiveUnitOwes{
    "COLLECTIVE_UNIT_OWES", absl::StatusCode::kInvalidArgument,
    "{unit} 是若干单位的统称，落实到具体单位之前不能承担任务",
    "{unit} stands for several units and owes nothing itself."};

// True on a date (`YYYY-MM-DD`) from valid_from to valid_until.
bool IsValidOn(const v1::Unit& unit, std::string_view date);

// What is wrong with the fields that authors write: FIELD_INVALID, DATE_INVALID.
void CheckUnit(const v1::Unit& unit, const std::string& path, Violations& out);

// UNIT_UNKNOWN for a constituent that is not in `units`, FIELD_INVALID for one that is collective.
void CheckConstituents(const v1::Unit& unit, const UnitMap& units, const std::string& path,
                       Violations& out);

// FIELD_INVALID if a change would make a collective unit of another or the reverse, or would let
// the unit begin after its last day.
void CheckUnitChange(const v1::Unit& before, const v1::Unit& after, const std::string& path,
                     Violations& out);

// Who has a display name or alias. The units outlive it.
using NameHolders = std::map<std::string, std::vector<const v1::Unit*>>;
void AddNames(const v1::Unit& unit, NameHolders& holders);

// UNIT_NAME_TAKEN (at the display name or alias) for every name of the unit that another one has at
// an overlapping time.
void CheckNamesFree(const v1::Unit& unit, const NameHolders& holders, const std::string& path,
                    Violations& out);

// What a unit that something names is asked for.
enum class Naming { kMention, kDuty };

// UNIT_UNKNOWN, UNIT_NOT_VALID on the date, or for a duty COLLECTIVE_UNIT_OWES.
void CheckUnitReference(const std::string& name, Naming naming, const UnitMap& units,
                        const std::string& date, const std::string& path, Violations& out);

// UNIT_DIFFERS for every authored field in which a unit that exists is not as in the document.
void CheckUnitSame(const v1::Unit& stored, const v1::Unit& written, const std::string& path,
                   Violations& out);

// FAILED_PRECONDITION UNIT_CLOSED for a closed unit or (field successor) a closed successor;
// INVALID_ARGUMENT FIELD_INVALID for a date before the unit's first day, a successor that is the
// unit itself, begins too late, or is collective where the unit is not.
absl::Status CheckClosing(const v1::Unit& unit, const v1::Unit& successor,
                          const v1::CloseUnitRequest& request);

// Which of the units of one name a document of the date means: the one valid on it, else the one
// closed last before it; null if all begin later.
const v1::Unit* ChooseNamed(const std::vector<v1::Unit>& named, std::string_view date);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_UNIT_RULES_H_
