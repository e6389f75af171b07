#ifndef DUBAN_COMMON_IDENTITY_OPENSSL_H_
#define DUBAN_COMMON_IDENTITY_OPENSSL_H_

#include <openssl/err.h>

#include <memory>
#include <string>
#include <string_view>

namespace duban {

// Empties this thread's OpenSSL error queue when it goes out of scope: an entry left behind by a
// failed check would break the next TLS read of the database driver on this thread.
class ErrorQueue {
 public:
  ErrorQueue() = default;
  ~ErrorQueue() { ERR_clear_error(); }
  ErrorQueue(const ErrorQueue&) = delete;
  ErrorQueue& operator=(const ErrorQueue&) = delete;
};

// Frees an OpenSSL object by the function made for it.
template <auto free_function>
struct FreeBy {
  template <typename T>
  void operator()(T* object) const {
    free_function(object);
  }
};
template <typename T, auto free_function>
using Owned = std::unique_ptr<T, FreeBy<free_function>>;

// Octets as OpenSSL wants them.
inline const unsigned char* AsBytes(std::string_view octets) {
  return reinterpret_cast<const unsigned char*>(octets.data());
}
inline unsigned char* AsBytes(std::string& octets) {
  return reinterpret_cast<unsigned char*>(octets.data());
}

}  // namespace duban

#endif  // DUBAN_COMMON_IDENTITY_OPENSSL_H_
