#ifndef DUBAN_SERVICES_REVIEW_BULLETIN_SHEET_H_
#define DUBAN_SERVICES_REVIEW_BULLETIN_SHEET_H_

#include <vector>

#include "common/workbook/workbook_writer.h"
#include "duban/review/v1/bulletin.pb.h"

namespace duban::review {

// A document's tables on sheets: 亮灯情况, a row for each line, its light as the cell's colour;
// then 完成率排名, 报送及时率排名 and 新闻报道, each with a row for each unit. Percentages have all
// their decimals.
std::vector<workbook::Sheet> BulletinSheets(const v1::Bulletin& bulletin);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BULLETIN_SHEET_H_
