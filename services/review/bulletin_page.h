#ifndef DUBAN_SERVICES_REVIEW_BULLETIN_PAGE_H_
#define DUBAN_SERVICES_REVIEW_BULLETIN_PAGE_H_

#include <string>

#include "duban/review/v1/bulletin.pb.h"

namespace duban::review {

// templates/bulletin.mustache.
extern const char kBulletinTemplate[];

// A document as one page of HTML for screen and print, laid out after GB/T 9704-2012; with a red
// header where its style has one. Nothing in it is fetched from elsewhere or run. What is not
// PUBLISHED says so on every page that is printed.
std::string BulletinPage(const v1::Bulletin& bulletin);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BULLETIN_PAGE_H_
