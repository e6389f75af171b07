#ifndef DUBAN_SERVICES_SUBMISSION_ARTICLE_FIXTURE_H_
#define DUBAN_SERVICES_SUBMISSION_ARTICLE_FIXTURE_H_

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "duban/submission/v1/article_service.grpc.pb.h"
#include "services/submission/obligation_fixture.h"

namespace duban::submission {

// A test over a plan whose members, north and office, owe two news a month each, and whose office
// owes two recommended experiences a year.
class ArticleTest : public ObligationTest {
 protected:
  using Articles = v1::ArticleService::Stub;

  ArticleTest() : articles_(v1::ArticleService::NewStub(Services::Get().submission->channel())) {
    plan_ += "-articles";
    indicator::v1::PlanDocument document = TestDocument(plan_);
    document.mutable_plan()->MergeFrom(Parse<indicator::v1::Plan>(R"(
        article_quotas { type: NEWS debtor: EACH_MEMBER every: MONTH minimum: 2
            deadline { offset_workdays: 3 cutoff: "17:30" } }
        article_quotas { type: EXPERIENCE debtor: OFFICE_UNIT every: YEAR minimum: 2 })"));
    Import(document);
    Publish(plan_);
  }

  // Opens March: the figures of articles and share of north, and the members' news. Due 04-05
  // 17:30, lock 04-08 17:30.
  absl::StatusOr<v1::OpenObligationsResponse> OpenMarch() const {
    return Open(absl::StrCat(R"(session: "$/sessions/bulletin-2024-03" period: "2024-03")",
                             Instant("due_time", "2024-04-05T17:30:00"),
                             Instant("grace_end_time", "2024-04-07T17:30:00")));
  }
  absl::StatusOr<v1::OpenObligationsResponse> OpenYear() const {
    return Open(absl::StrCat(R"(session: "$/sessions/year-2024" period: "2024")",
                             Instant("due_time", "2024-12-31T17:30:00"),
                             Instant("grace_end_time", "2024-12-31T17:30:00"),
                             Instant("lock_time", "2024-12-31T17:30:00")));
  }

  // News of north on 2024-03-15, but for what `fields` says.
  absl::StatusOr<v1::Article> News(const Who& who, const std::string& title,
                                   const std::string& fields = "",
                                   const std::string& request_id = "") const {
    v1::CreateArticleRequest request;
    request.set_parent(plan_);
    *request.mutable_article() = Parse<v1::Article>(
        absl::StrCat(R"(type: NEWS medium: "岳阳日报" published_date: "2024-03-15" unit: ")",
                     who.unit, R"(" title: ")", title, R"(")"));
    request.mutable_article()->MergeFrom(Parse<v1::Article>(fields));
    request.set_request_id(request_id);
    return Call(who, *articles_, &Articles::CreateArticle, request);
  }
  absl::StatusOr<v1::Article> GetArticle(const Who& who, const std::string& name) const {
    return Verb<v1::GetArticleRequest>(who, &Articles::GetArticle, name, "");
  }
  absl::StatusOr<v1::Article> UpdateArticle(const Who& who, const std::string& request) const {
    return Call(who, *articles_, &Articles::UpdateArticle,
                Parse<v1::UpdateArticleRequest>(Expand(request)));
  }
  absl::StatusOr<v1::Article> SubmitArticle(const Who& who, const std::string& name) const {
    return Verb<v1::SubmitArticleRequest>(who, &Articles::SubmitArticle, name, "");
  }
  absl::StatusOr<v1::Article> AcceptArticle(const Who& who, const std::string& name,
                                            const std::string& fields = "") const {
    return Verb<v1::AcceptArticleRequest>(who, &Articles::AcceptArticle, name, fields);
  }
  absl::StatusOr<v1::Article> ReturnArticle(const Who& who, const std::string& name,
                                            const std::string& fields) const {
    return Verb<v1::ReturnArticleRequest>(who, &Articles::ReturnArticle, name, fields);
  }
  absl::StatusOr<v1::Article> Recommend(const Who& who, const std::string& name) const {
    return Verb<v1::RecommendArticleRequest>(who, &Articles::RecommendArticle, name,
                                             R"(journal: "湖南科技简报" level: PROVINCIAL)");
  }
  absl::StatusOr<v1::Article> RecordAdoption(const Who& who, const std::string& name,
                                             const std::string& fields) const {
    return Verb<v1::RecordAdoptionRequest>(who, &Articles::RecordAdoption, name, fields);
  }
  absl::StatusOr<v1::ListArticlesResponse> ListArticles(const Who& who,
                                                        const std::string& fields) const {
    auto request = Parse<v1::ListArticlesRequest>(Expand(fields));
    request.set_parent(plan_);
    return Call(who, *articles_, &Articles::ListArticles, request);
  }
  absl::StatusOr<v1::ArticleTally> Tally(const Who& who, const std::string& fields) const {
    auto request = Parse<v1::GetArticleTallyRequest>(fields);
    request.set_plan(plan_);
    return Call(who, *articles_, &Articles::GetArticleTally, request);
  }

  // The obligation of a unit to report articles; the test fails if there is none.
  v1::Obligation Debt(const std::string& unit, const std::string& type = "NEWS",
                      const std::string& period = "2024-03") const {
    const auto list = Obligations(
        kAuditor, absl::StrCat(R"(filter: "article_type = )", type, " AND unit = units/", unit,
                               " AND period = ", period, R"(")"));
    EXPECT_TRUE(list.ok() && list->obligations_size() == 1) << unit;
    return list.ok() && list->obligations_size() == 1 ? list->obligations(0) : v1::Obligation();
  }

  std::unique_ptr<Articles> articles_;

 private:
  template <typename Request>
  absl::StatusOr<v1::Article> Verb(const Who& who,
                                   grpc::Status (Articles::*rpc)(grpc::ClientContext*,
                                                                 const Request&, v1::Article*),
                                   const std::string& name, const std::string& fields) const {
    auto request = Parse<Request>(fields);
    request.set_name(name);
    return Call(who, *articles_, rpc, request);
  }
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_ARTICLE_FIXTURE_H_
