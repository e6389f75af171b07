#include "services/review/bulletin_service.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "common/server/list_query.h"
#include "common/server/update_mask.h"
#include "duban/review/v1/bulletin_events.pb.h"
#include "services/review/bulletin_page.h"
#include "services/review/bulletin_rules.h"
#include "services/review/bulletin_sheet.h"
#include "services/review/bulletin_text_rules.h"
#include "services/review/session_rules.h"

namespace duban::review {
namespace {

using indicator::v1::CadenceRule;
using v1::Bulletin;

constexpr char kPattern[] = "plans/*/bulletins/*";
constexpr int kSignerCharacters = 100;
constexpr size_t kPieceBytes = 65'536;
constexpr int kItemPage = 500;

// What a document is rendered to.
struct File {
  std::string extension;
  std::string media_type;
  std::string content;
};

BulletinActor ActorOf(const server::CallContext& call) {
  return {call.identity.subject, call.identity.roles};
}

Bulletin Shown(const server::CallContext& call, Bulletin bulletin) {
  SetPermittedActions(ActorOf(call), &bulletin);
  return bulletin;
}

absl::Status NotFound(const std::string& name) {
  return Error(kBulletinNotFound).With("bulletin", name).Build();
}

// For the audit log: the figures never change, and would fill it.
Bulletin WithoutContent(Bulletin bulletin) {
  bulletin.clear_content();
  return bulletin;
}

std::string PlanOf(const std::string& name) { return name.substr(0, name.find('/', 6)); }

EventSubject SubjectOf(const Bulletin& bulletin, int64_t sequence) {
  return {bulletin.name(), sequence, PlanOf(bulletin.name()), ""};
}

// `field` of the filter as a number of its enum, 0 if it is not there.
template <typename Enum>
absl::StatusOr<int> EnumFilter(const server::ListQuery& query, const char* field,
                               bool (*parse)(google::protobuf::ConstStringParam, Enum*)) {
  const std::string text = query.Filter(field);
  if (text.empty()) return 0;
  Enum value;
  if (parse(text, &value) && static_cast<int>(value) != 0) return static_cast<int>(value);
  return Error(server::kFilterInvalid)
      .With("zh", absl::StrCat(field, " 没有这个值"))
      .With("en", absl::StrCat("there is no such ", field))
      .Build();
}

// The new document of a session.
Bulletin NewBulletin(const v1::Session& session, const DocumentFacts& facts, absl::Time now) {
  Bulletin bulletin;
  bulletin.set_name(absl::StrCat(PlanOf(session.name()), "/bulletins/",
                                 session.name().substr(session.name().rfind('/') + 1)));
  bulletin.set_session(session.name());
  bulletin.set_kind(session.kind());
  bulletin.set_period(session.period());
  bulletin.set_state(Bulletin::DRAFT);
  *bulletin.mutable_content() = ContentOf(facts);
  DraftText(&bulletin);
  bulletin.set_revision(1);
  bulletin.set_etag(MakeEtag(1));
  *bulletin.mutable_create_time() = ToTimestamp(now);
  *bulletin.mutable_update_time() = bulletin.create_time();
  return bulletin;
}

absl::Status Send(const Bulletin& bulletin, const File& file,
                  server::Writer<v1::RenderBulletinResponse>& writer) {
  for (size_t sent = 0; sent < file.content.size(); sent += kPieceBytes) {
    v1::RenderBulletinResponse piece;
    if (sent == 0) {
      piece.set_file_name(absl::StrCat(bulletin.title(), ".", file.extension));
      piece.set_media_type(file.media_type);
      piece.set_file_size(static_cast<int64_t>(file.content.size()));
    }
    piece.set_data(file.content.substr(sent, kPieceBytes));
    if (!writer.Write(piece)) return writer.status();
  }
  return absl::OkStatus();
}

}  // namespace

BulletinService::BulletinService(const server::Environment& environment, const Peers* peers,
                                 PlanSource* plans, const PrinterSettings& printer)
    : database_(environment.database),
      mutations_(environment.mutations),
      facts_(environment.database, peers, plans),
      audit_("review"),
      outbox_("review"),
      printer_(printer) {}

server::RpcService BulletinService::Rpc() {
  return server::RpcService("duban.review.v1.BulletinService")
      .Add("DraftBulletin", this, &BulletinService::DraftBulletin)
      .Add("GetBulletin", this, &BulletinService::GetBulletin)
      .Add("ListBulletins", this, &BulletinService::ListBulletins)
      .Add("UpdateBulletin", this, &BulletinService::UpdateBulletin)
      .Add("SignBulletin", this, &BulletinService::SignBulletin)
      .Add("PublishBulletin", this, &BulletinService::PublishBulletin)
      .Add("RecordErratum", this, &BulletinService::RecordErratum)
      .Add("RenderBulletin", this, &BulletinService::RenderBulletin);
}

absl::StatusOr<Bulletin> BulletinService::DraftBulletin(server::CallContext& call,
                                                        const v1::DraftBulletinRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first, mutations_->FirstAnswer<Bulletin>(call, request));
  if (first) return *first;
  DUBAN_ASSIGN_OR_RETURN(const SessionName name, ParseSessionName(request.session(), "session"));
  DUBAN_ASSIGN_OR_RETURN(const std::optional<v1::Session> session,
                         database_->Read(call.deadline(), [&](db::Session& connection) {
                           return sessions_.store().Get(connection, name.plan, name.session);
                         }));
  if (!session) return Error(kSessionNotFound).With("session", request.session()).Build();
  if (!HasDocument(*session)) {
    return Error(kSessionWithoutDocument).With("session", request.session()).Build();
  }
  DUBAN_RETURN_IF_ERROR(CheckClosed(*session));
  DUBAN_ASSIGN_OR_RETURN(const DocumentFacts gathered, facts_.Gather(call.info, *session));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Bulletin> {
    DocumentFacts facts = gathered;
    facts.now = call.now();
    DUBAN_RETURN_IF_ERROR(AddOwnFacts(tx, *session, &facts));
    const Bulletin drafted = NewBulletin(*session, facts, call.now());
    const absl::Status inserted = bulletins_.Insert(tx, drafted);
    if (db::IsDuplicate(inserted)) {
      return Error(kBulletinExists).With("bulletin", drafted.name()).Build();
    }
    DUBAN_RETURN_IF_ERROR(inserted);
    DUBAN_RETURN_IF_ERROR(
        audit_.Append(tx, call, drafted.name(), Bulletin(), WithoutContent(drafted)));
    v1::BulletinDrafted event;
    event.set_kind(drafted.kind());
    event.set_period(drafted.period());
    DUBAN_RETURN_IF_ERROR(outbox_.Append(tx, "duban.review.bulletin.drafted",
                                         SubjectOf(drafted, drafted.revision()), event,
                                         call.now()));
    return Shown(call, drafted);
  });
}

absl::StatusOr<Bulletin> BulletinService::GetBulletin(server::CallContext& call,
                                                      const v1::GetBulletinRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(Bulletin bulletin, Read(call, request.name()));
  return Shown(call, std::move(bulletin));
}

absl::StatusOr<v1::ListBulletinsResponse> BulletinService::ListBulletins(
    server::CallContext& call, const v1::ListBulletinsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(request.parent(), "plans/*", "parent"));
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery query,
                         server::ParseListQuery(request, {"kind", "state"}));
  BulletinFilter filter = {.plan = ids[0]};
  DUBAN_ASSIGN_OR_RETURN(filter.kind,
                         EnumFilter<CadenceRule::Kind>(query, "kind", &CadenceRule::Kind_Parse));
  DUBAN_ASSIGN_OR_RETURN(filter.state,
                         EnumFilter<Bulletin::State>(query, "state", &Bulletin::State_Parse));
  v1::ListBulletinsResponse response;
  if (!SeesDrafts(ActorOf(call))) {
    if (filter.state != 0 && filter.state != Bulletin::PUBLISHED) return response;
    filter.state = Bulletin::PUBLISHED;
  }
  DUBAN_ASSIGN_OR_RETURN(
      std::vector<Bulletin> bulletins, database_->Read(call.deadline(), [&](db::Session& session) {
        return bulletins_.List(session, filter, query.after, query.page_size + 1);
      }));
  const bool more = bulletins.size() > static_cast<size_t>(query.page_size);
  if (more) bulletins.pop_back();
  if (more) {
    response.set_next_page_token(
        server::MakePageToken(request, BulletinStore::KeyOf(bulletins.back())));
  }
  for (Bulletin& bulletin : bulletins) {
    *response.add_bulletins() = Shown(call, std::move(bulletin));
  }
  return response;
}

absl::StatusOr<Bulletin> BulletinService::UpdateBulletin(server::CallContext& call,
                                                         const v1::UpdateBulletinRequest& request) {
  const Bulletin& given = request.bulletin();
  DUBAN_RETURN_IF_ERROR(ParseResourceName(given.name(), kPattern, "bulletin.name").status());
  if (given.etag().empty()) {
    return FieldInvalid("bulletin.etag", "请附当前版本", "send the current one");
  }
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Bulletin> {
    DUBAN_ASSIGN_OR_RETURN(const Bulletin before, Lock(tx, given.name()));
    DUBAN_ASSIGN_OR_RETURN(Bulletin after,
                           MoveBulletin(before, Bulletin::UPDATE, ActorOf(call), call.now()));
    DUBAN_RETURN_IF_ERROR(CheckEtag(given.etag(), before.etag()));
    DUBAN_RETURN_IF_ERROR(server::ApplyUpdateMask(request.update_mask(), given, &after));
    DUBAN_RETURN_IF_ERROR(CheckBulletinText(after));
    DUBAN_RETURN_IF_ERROR(Write(tx, call, before, after, "", nullptr));
    return Shown(call, std::move(after));
  });
}

absl::StatusOr<Bulletin> BulletinService::SignBulletin(server::CallContext& call,
                                                       const v1::SignBulletinRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.name(), kPattern, "name").status());
  if (request.etag().empty()) {
    return FieldInvalid("etag", "请附所签发的版本", "say which version is signed");
  }
  DUBAN_RETURN_IF_ERROR(CheckText(request.display_name(), "display_name", kSignerCharacters, true));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Bulletin> {
    DUBAN_ASSIGN_OR_RETURN(const Bulletin before, Lock(tx, request.name()));
    DUBAN_ASSIGN_OR_RETURN(Bulletin after,
                           MoveBulletin(before, Bulletin::SIGN, ActorOf(call), call.now()));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), before.etag()));
    Bulletin::Signature* signature = after.mutable_signature();
    signature->set_actor(call.identity.subject);
    signature->set_display_name(request.display_name());
    *signature->mutable_time() = ToTimestamp(call.now());
    signature->set_digest(DigestOf(before));
    v1::BulletinSigned event;
    event.set_kind(after.kind());
    event.set_period(after.period());
    event.set_actor(call.identity.subject);
    DUBAN_RETURN_IF_ERROR(Write(tx, call, before, after, "duban.review.bulletin.signed", &event));
    return Shown(call, std::move(after));
  });
}

absl::StatusOr<Bulletin> BulletinService::PublishBulletin(
    server::CallContext& call, const v1::PublishBulletinRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.name(), kPattern, "name").status());
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Bulletin> {
    DUBAN_ASSIGN_OR_RETURN(const Bulletin before, Lock(tx, request.name()));
    DUBAN_ASSIGN_OR_RETURN(Bulletin after,
                           MoveBulletin(before, Bulletin::PUBLISH, ActorOf(call), call.now()));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), before.etag()));
    const int64_t year = LocalDay(after.content(), call.now()).year();
    DUBAN_ASSIGN_OR_RETURN(
        const int number,
        bulletins_.NextNumber(tx, SeriesOf(after.content(), static_cast<int>(year))));
    NumberBulletin(number, ActorOf(call), call.now(), &after);
    v1::BulletinPublished event;
    event.set_kind(after.kind());
    event.set_period(after.period());
    event.set_title(after.title());
    event.set_document_number(after.document_number());
    event.set_digest(after.digest());
    DUBAN_RETURN_IF_ERROR(
        Write(tx, call, before, after, "duban.review.bulletin.published", &event));
    DUBAN_RETURN_IF_ERROR(PublishSession(tx, call, after));
    return Shown(call, std::move(after));
  });
}

absl::StatusOr<Bulletin> BulletinService::RecordErratum(server::CallContext& call,
                                                        const v1::RecordErratumRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.name(), kPattern, "name").status());
  DUBAN_RETURN_IF_ERROR(CheckErratum(request.wrong(), request.right()));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Bulletin> {
    DUBAN_ASSIGN_OR_RETURN(const Bulletin before, Lock(tx, request.name()));
    DUBAN_ASSIGN_OR_RETURN(
        Bulletin after, MoveBulletin(before, Bulletin::RECORD_ERRATUM, ActorOf(call), call.now()));
    v1::Erratum* erratum = after.add_errata();
    erratum->set_id(NewUuid7(call.now()));
    erratum->set_bulletin(after.name());
    erratum->set_document_number(after.document_number());
    erratum->set_wrong(request.wrong());
    erratum->set_right(request.right());
    erratum->set_actor(call.identity.subject);
    *erratum->mutable_time() = ToTimestamp(call.now());
    DUBAN_RETURN_IF_ERROR(errata_.Insert(tx, *erratum));
    DUBAN_RETURN_IF_ERROR(
        audit_.Append(tx, call, after.name(), WithoutContent(before), WithoutContent(after)));
    v1::BulletinErratumRecorded event;
    event.set_document_number(after.document_number());
    event.set_wrong(request.wrong());
    event.set_right(request.right());
    DUBAN_RETURN_IF_ERROR(outbox_.Append(tx, "duban.review.bulletin.erratum_recorded",
                                         SubjectOf(after, after.revision() + after.errata_size()),
                                         event, call.now()));
    return Shown(call, std::move(after));
  });
}

absl::Status BulletinService::RenderBulletin(server::CallContext& call,
                                             const v1::RenderBulletinRequest& request,
                                             server::Writer<v1::RenderBulletinResponse>& writer) {
  if (!v1::RenderFormat_IsValid(request.format())) {
    return FieldInvalid("format", "没有这种格式", "there is no such format");
  }
  DUBAN_ASSIGN_OR_RETURN(const Bulletin bulletin, Read(call, request.name()));
  File file = {"html", "text/html; charset=utf-8", ""};
  if (request.format() == v1::XLSX) {
    file = {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ""};
    DUBAN_ASSIGN_OR_RETURN(file.content,
                           workbook::WriteWorkbook(BulletinSheets(bulletin), call.now()));
  } else if (request.format() == v1::PDF) {
    file = {"pdf", "application/pdf", ""};
    DUBAN_ASSIGN_OR_RETURN(file.content, printer_.Print(BulletinPage(bulletin), call.deadline()));
  } else {
    file.content = BulletinPage(bulletin);
  }
  return Send(bulletin, file, writer);
}

absl::StatusOr<Bulletin> BulletinService::Read(const server::CallContext& call,
                                               const std::string& name) const {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(name, kPattern, "name"));
  DUBAN_ASSIGN_OR_RETURN(std::optional<Bulletin> found,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return bulletins_.Get(session, ids[0], ids[1]);
                         }));
  if (!found) return NotFound(name);
  if (found->state() != Bulletin::PUBLISHED && !SeesDrafts(ActorOf(call))) return NotFound(name);
  DUBAN_RETURN_IF_ERROR(CheckUnaltered(*found));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::Erratum> errata,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return errata_.Of(session, ids[0], ids[1]);
                         }));
  for (const v1::Erratum& erratum : errata) *found->add_errata() = erratum;
  return *std::move(found);
}

absl::StatusOr<Bulletin> BulletinService::Lock(db::Transaction& tx, const std::string& name) const {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(name, kPattern, "name"));
  DUBAN_ASSIGN_OR_RETURN(std::optional<Bulletin> found,
                         bulletins_.GetForUpdate(tx, ids[0], ids[1]));
  if (!found) return NotFound(name);
  DUBAN_RETURN_IF_ERROR(CheckUnaltered(*found));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::Erratum> errata, errata_.Of(tx, ids[0], ids[1]));
  for (const v1::Erratum& erratum : errata) *found->add_errata() = erratum;
  return *std::move(found);
}

absl::Status BulletinService::AddOwnFacts(db::Transaction& tx, const v1::Session& of,
                                          DocumentFacts* facts) const {
  DUBAN_ASSIGN_OR_RETURN(const SessionName name, ParseSessionName(of.name(), "session"));
  if (of.kind() == CadenceRule::APPRAISAL) {
    DUBAN_ASSIGN_OR_RETURN(facts->appraisal, appraisals_.Get(tx, {name.plan, name.session}));
    if (!facts->appraisal || facts->appraisal->state() != v1::Appraisal::PUBLISHED) {
      return Error(kAppraisalNotPublished).With("session", of.name()).Build();
    }
  }
  DUBAN_ASSIGN_OR_RETURN(facts->items, Items(tx, name.plan, facts->now));
  DUBAN_ASSIGN_OR_RETURN(facts->previous,
                         bulletins_.LastPublished(tx, name.plan, of.kind(), of.period()));
  DUBAN_ASSIGN_OR_RETURN(facts->errata, errata_.Draft(tx, name.plan, name.session));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::ActionItem>> BulletinService::Items(db::Session& session,
                                                                   const std::string& plan,
                                                                   absl::Time now) const {
  const ActionItemFilter filter = {.plan = plan, .now = now};
  std::vector<v1::ActionItem> items;
  for (bool more = true; more;) {
    const std::string after =
        items.empty() ? "" : items.back().name().substr(items.back().name().rfind('/') + 1);
    DUBAN_ASSIGN_OR_RETURN(std::vector<v1::ActionItem> page,
                           items_.List(session, filter, after, kItemPage));
    more = page.size() == static_cast<size_t>(kItemPage);
    std::move(page.begin(), page.end(), std::back_inserter(items));
  }
  return items;
}

absl::Status BulletinService::Write(db::Transaction& tx, const server::CallContext& call,
                                    const Bulletin& before, const Bulletin& after,
                                    std::string_view event_type,
                                    const google::protobuf::Message* event) const {
  DUBAN_RETURN_IF_ERROR(bulletins_.Update(tx, after));
  DUBAN_RETURN_IF_ERROR(
      audit_.Append(tx, call, after.name(), WithoutContent(before), WithoutContent(after)));
  if (event == nullptr) return absl::OkStatus();
  return outbox_.Append(tx, event_type, SubjectOf(after, after.revision()), *event, call.now());
}

absl::Status BulletinService::PublishSession(db::Transaction& tx, const server::CallContext& call,
                                             const Bulletin& bulletin) const {
  DUBAN_ASSIGN_OR_RETURN(const SessionName name, ParseSessionName(bulletin.session(), "session"));
  DUBAN_RETURN_IF_ERROR(sessions_.MarkPublished(tx, call, name));
  const bool prints = PrintsErrata(bulletin);
  for (const v1::Erratum& erratum : bulletin.content().errata()) {
    if (!prints) break;
    DUBAN_RETURN_IF_ERROR(errata_.MarkPrinted(tx, name.plan, erratum, name.session));
  }
  return errata_.Release(tx, name.plan, name.session);
}

}  // namespace duban::review
