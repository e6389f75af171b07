#include "common/identity/verified_tokens.h"

namespace duban {

std::shared_ptr<const VerifiedToken> VerifiedTokens::Find(const std::string& digest) {
  const std::lock_guard lock(mutex_);
  const auto place = places_.find(digest);
  if (place == places_.end()) return nullptr;
  latest_first_.splice(latest_first_.begin(), latest_first_, place->second);
  return place->second->second;
}

void VerifiedTokens::Put(const std::string& digest, VerifiedToken token) {
  auto shared = std::make_shared<const VerifiedToken>(std::move(token));
  const std::lock_guard lock(mutex_);
  if (const auto place = places_.find(digest); place != places_.end()) {
    place->second->second = std::move(shared);
    return;
  }
  latest_first_.emplace_front(digest, std::move(shared));
  places_[digest] = latest_first_.begin();
  if (places_.size() > capacity_) {
    places_.erase(latest_first_.back().first);
    latest_first_.pop_back();
  }
}

void VerifiedTokens::Erase(const std::string& digest) {
  const std::lock_guard lock(mutex_);
  const auto place = places_.find(digest);
  if (place == places_.end()) return;
  latest_first_.erase(place->second);
  places_.erase(place);
}

}  // namespace duban
