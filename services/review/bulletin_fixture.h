#ifndef DUBAN_SERVICES_REVIEW_BULLETIN_FIXTURE_H_
#define DUBAN_SERVICES_REVIEW_BULLETIN_FIXTURE_H_

#include <memory>
#include <string>

#include "duban/review/v1/bulletin_service.grpc.pb.h"
#include "duban/review/v1/session.pb.h"
#include "services/review/review_fixture.h"

namespace duban::review {

// A test over the documents of a Linxiang plan of its own, in a review service of its own that
// prints by a stand-in: it is Chromium, or whatever SetChromium says.
class BulletinTest : public ReviewTest {
 protected:
  using Stub = v1::BulletinService::Stub;

  // The plan's documents are numbered `{prefix}〔2024〕1号`; empty: a prefix of the plan's own.
  explicit BulletinTest(const std::string& prefix = "");

  // `chromium` runs it, `die` is killed, `hang` never ends.
  static void SetChromium(const std::string& mode);

  // Time moves to the month's reporting days, units report their dekad lines and some news, the
  // office accepts; then to the day after the lock, when the month's session stands CLOSED with its
  // snapshot. Water's turnover lags; agriculture owes its high-tech enterprises; housing is late.
  // Months are reported in order.
  void ReportMonth(int month) const;

  // A session of the plan that is CLOSED with a snapshot as of that day.
  void CloseSession(indicator::v1::CadenceRule::Kind kind, const std::string& period,
                    const std::string& as_of_date) const;

  std::string Session(const std::string& id) const { return plan_ + "/sessions/" + id; }
  std::string Document(const std::string& id) const { return plan_ + "/bulletins/" + id; }

  absl::StatusOr<v1::Bulletin> Draft(const Who& who, const std::string& session,
                                     const std::string& request_id = "") const;
  absl::StatusOr<v1::Bulletin> Get(const Who& who, const std::string& name) const;
  absl::StatusOr<v1::Bulletin> Retitle(const Who& who, const v1::Bulletin& bulletin,
                                       const std::string& title) const;
  absl::StatusOr<v1::Bulletin> Sign(const Who& who, const v1::Bulletin& bulletin) const;
  absl::StatusOr<v1::Bulletin> Publish(const Who& who, const v1::Bulletin& bulletin) const;
  absl::StatusOr<v1::Bulletin> Correct(const Who& who, const v1::Bulletin& bulletin,
                                       const std::string& wrong, const std::string& right) const;
  // Everything up to 印发.
  v1::Bulletin Published(const std::string& session) const;

  // The file that is streamed, and its proposed name.
  struct File {
    std::string name;
    std::string media_type;
    std::string content;
  };
  absl::StatusOr<File> Render(const Who& who, const v1::Bulletin& bulletin,
                              v1::RenderFormat format) const;

  db::Database& own_database() const;
  // The first column of the first row of the own service's answer as text.
  std::string AskOwn(const std::string& sql) const;

  std::string plan_;
  std::unique_ptr<Stub> stub_;

 private:
  void OpenObligations(const std::string& session, const std::string& period,
                       absl::CivilDay last_day) const;
  void ReportLine(const std::string& line, int month) const;
  void WriteNews(const std::string& unit, int month) const;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BULLETIN_FIXTURE_H_
