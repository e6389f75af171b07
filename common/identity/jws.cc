#include "common/identity/jws.h"

#include <openssl/ec.h>
#include <openssl/evp.h>

#include <utility>

#include "common/identity/base64url.h"
#include "common/identity/openssl.h"

namespace duban {
namespace {

constexpr int kEs256HalfBytes = 32;
constexpr size_t kEs256Bytes = 64;

using MdContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using EcSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

// Ed25519 hashes by itself.
const EVP_MD* DigestOf(Algorithm algorithm) {
  return algorithm == Algorithm::kEdDsa ? nullptr : EVP_sha256();
}

// r‖s to the DER form that OpenSSL reads; "" if it is not 64 octets.
std::string ToDer(std::string_view raw) {
  if (raw.size() != kEs256Bytes) return "";
  const EcSignature signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(AsBytes(raw), kEs256HalfBytes, nullptr);
  BIGNUM* s = BN_bin2bn(AsBytes(raw.substr(kEs256HalfBytes)), kEs256HalfBytes, nullptr);
  ECDSA_SIG_set0(signature.get(), r, s);  // takes both
  std::string der(static_cast<size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)), '\0');
  unsigned char* end = AsBytes(der);
  i2d_ECDSA_SIG(signature.get(), &end);
  return der;
}

std::optional<std::string> FromDer(std::string_view der) {
  const unsigned char* begin = AsBytes(der);
  const EcSignature signature(d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(der.size())));
  std::string raw(kEs256Bytes, '\0');
  if (!signature ||
      BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), AsBytes(raw), kEs256HalfBytes) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), AsBytes(raw) + kEs256HalfBytes,
                   kEs256HalfBytes) < 0) {
    return std::nullopt;
  }
  return raw;
}

}  // namespace

std::optional<CompactJws> SplitJws(std::string_view compact) {
  const size_t first = compact.find('.');
  const size_t second = compact.find('.', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  // A third dot fails below: it is no base64url.
  auto header = DecodeBase64Url(compact.substr(0, first));
  auto payload = DecodeBase64Url(compact.substr(first + 1, second - first - 1));
  auto signature = DecodeBase64Url(compact.substr(second + 1));
  if (!header || !payload || !signature || header->empty() || payload->empty() ||
      signature->empty()) {
    return std::nullopt;
  }
  return CompactJws{*std::move(header), *std::move(payload), *std::move(signature),
                    compact.substr(0, second)};
}

bool VerifySignature(const Jwk& key, std::string_view text, std::string_view signature) {
  const ErrorQueue errors;
  std::string der;
  if (key.algorithm == Algorithm::kEs256) {
    der = ToDer(signature);
    signature = der;
  }
  const MdContext context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, DigestOf(key.algorithm), nullptr,
                              key.key.get()) == 1 &&
         EVP_DigestVerify(context.get(), AsBytes(signature), signature.size(), AsBytes(text),
                          text.size()) == 1;
}

std::optional<std::string> MakeSignature(const Jwk& key, std::string_view text) {
  const ErrorQueue errors;
  const MdContext context(EVP_MD_CTX_new());
  size_t size = static_cast<size_t>(EVP_PKEY_get_size(key.key.get()));
  std::string signature(size, '\0');
  if (EVP_DigestSignInit(context.get(), nullptr, DigestOf(key.algorithm), nullptr, key.key.get()) !=
          1 ||
      EVP_DigestSign(context.get(), AsBytes(signature), &size, AsBytes(text), text.size()) != 1) {
    return std::nullopt;
  }
  signature.resize(size);
  return key.algorithm == Algorithm::kEs256 ? FromDer(signature) : signature;
}

}  // namespace duban
