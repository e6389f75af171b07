#include "common/workbook/archive.h"

#include <minizip/unzip.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"

namespace duban::workbook {
namespace {

constexpr size_t kMaxName = 255;
constexpr unsigned kEncrypted = 1;

// The archive's bytes as minizip reads them.
struct Memory {
  std::string_view bytes;
  uint64_t position = 0;
};

void* Open(void* memory, const void*, int) { return memory; }

uLong Read(void*, void* stream, void* to, uLong size) {
  auto* memory = static_cast<Memory*>(stream);
  const uint64_t left = memory->bytes.size() - memory->position;
  const uLong taken = static_cast<uLong>(std::min<uint64_t>(size, left));
  std::memcpy(to, memory->bytes.data() + memory->position, taken);
  memory->position += taken;
  return taken;
}

uLong Write(void*, void*, const void*, uLong) { return 0; }

ZPOS64_T Tell(void*, void* stream) { return static_cast<Memory*>(stream)->position; }

long Seek(void*, void* stream, ZPOS64_T offset, int origin) {  // NOLINT(google-runtime-int)
  auto* memory = static_cast<Memory*>(stream);
  uint64_t base = 0;
  if (origin == ZLIB_FILEFUNC_SEEK_CUR) base = memory->position;
  if (origin == ZLIB_FILEFUNC_SEEK_END) base = memory->bytes.size();
  if (offset > memory->bytes.size() - base) return -1;
  memory->position = base + offset;
  return 0;
}

int Close(void*, void*) { return 0; }
int NoError(void*, void*) { return 0; }

struct Closer {
  void operator()(void* file) const { unzClose(file); }
};
using Archive = std::unique_ptr<void, Closer>;

// True for a name that stays inside the archive.
bool IsPlainName(const std::string& name) {
  if (name.empty() || name.front() == '/' || name.find('\\') != std::string::npos ||
      name.find(':') != std::string::npos || name.find('\0') != std::string::npos) {
    return false;
  }
  for (const auto& part : absl::StrSplit(name, '/')) {
    if (part == "..") return false;
  }
  return true;
}

absl::StatusOr<std::string> CurrentName(void* archive) {
  unz_file_info64 info;
  std::array<char, kMaxName + 1> name{};
  if (unzGetCurrentFileInfo64(archive, &info, name.data(), name.size(), nullptr, 0, nullptr, 0) !=
      UNZ_OK) {
    return WorkbookInvalid("目录损坏", "its directory is damaged");
  }
  if ((info.flag & kEncrypted) != 0) return WorkbookInvalid("已加密", "it is encrypted");
  if (info.size_filename > kMaxName) {
    return WorkbookInvalid("文件名过长", "a file name is too long");
  }
  std::string text(name.data(), info.size_filename);
  if (!IsPlainName(text)) {
    return WorkbookInvalid("含有指向外部的文件名", "a file name points outside");
  }
  return text;
}

// The content of the current file, of which `room` bytes may be taken.
absl::StatusOr<std::string> CurrentContent(void* archive, const ArchiveLimits& limits,
                                           size_t room) {
  const absl::Status damaged = WorkbookInvalid("内容损坏", "its content is damaged");
  if (unzOpenCurrentFile(archive) != UNZ_OK) return damaged;
  std::string content;
  std::vector<char> buffer(size_t{64} << 10);
  int taken = 0;
  while ((taken = unzReadCurrentFile(archive, buffer.data(),
                                     static_cast<unsigned>(buffer.size()))) > 0) {
    content.append(buffer.data(), static_cast<size_t>(taken));
    if (content.size() > room) {
      unzCloseCurrentFile(archive);
      return Error(kWorkbookTooLarge)
          .With("zh", "解压后的字节数")
          .With("en", "bytes unpacked")
          .With("limit", absl::StrCat(limits.unpacked_bytes))
          .Build();
    }
  }
  const bool whole = unzCloseCurrentFile(archive) == UNZ_OK;
  if (taken < 0 || !whole) return damaged;
  return content;
}

}  // namespace

absl::Status WorkbookInvalid(std::string_view zh, std::string_view en) {
  return Error(kWorkbookInvalid).With("zh", zh).With("en", en);
}

absl::StatusOr<std::map<std::string, std::string>> Unpack(std::string_view bytes,
                                                          const ArchiveLimits& limits) {
  Memory memory{bytes};
  zlib_filefunc64_def functions = {Open, Read, Write, Tell, Seek, Close, NoError, &memory};
  const Archive archive(unzOpen2_64("", &functions));
  if (archive == nullptr) return WorkbookInvalid("不是压缩包", "it is no zip archive");
  std::map<std::string, std::string> files;
  size_t unpacked = 0;
  size_t entries = 0;
  int next = unzGoToFirstFile(archive.get());
  for (; next == UNZ_OK; next = unzGoToNextFile(archive.get())) {
    if (++entries > limits.entries) {
      return Error(kWorkbookTooLarge)
          .With("zh", "文件数")
          .With("en", "files")
          .With("limit", absl::StrCat(limits.entries))
          .Build();
    }
    DUBAN_ASSIGN_OR_RETURN(std::string name, CurrentName(archive.get()));
    DUBAN_ASSIGN_OR_RETURN(std::string content,
                           CurrentContent(archive.get(), limits, limits.unpacked_bytes - unpacked));
    unpacked += content.size();
    if (!files.emplace(std::move(name), std::move(content)).second) {
      return WorkbookInvalid("文件名重复", "a file name stands there twice");
    }
  }
  if (next != UNZ_END_OF_LIST_OF_FILE) {
    return WorkbookInvalid("目录损坏", "its directory is damaged");
  }
  return files;
}

}  // namespace duban::workbook
