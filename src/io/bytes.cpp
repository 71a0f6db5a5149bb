#include "bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "fascikit/core/error.hpp"
#include "fascikit/io/sha256.hpp"

namespace fascikit::io {

FileBytes::FileBytes(const std::string& path) : path_(path) {
    if (path.empty()) core::fail_input("the path is empty");
    if (path.find('\0') != std::string::npos) core::fail_input("the path holds a zero byte");
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) core::fail_input(path + ": " + std::strerror(errno));
    if (S_ISDIR(status.st_mode)) core::fail_input(path + ": is a directory, not a recording");
    // A pipe or a device would wait for ever, or cannot be read at an offset.
    if (!S_ISREG(status.st_mode)) core::fail_input(path + ": is not a regular file");
    if (status.st_size == 0) core::fail_input(path + ": the file is empty (0 bytes)");
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) core::fail_input(path + ": " + std::strerror(errno));
    size_ = status.st_size;
}

FileBytes::~FileBytes() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

FileBytes::FileBytes(FileBytes&& other) noexcept
    : path_(std::move(other.path_)), size_(other.size_), descriptor_(std::exchange(other.descriptor_, -1)) {}

void FileBytes::read(std::int64_t offset, void* to, std::size_t count) const {
    auto* at = static_cast<char*>(to);
    while (count > 0) {
        const auto got = ::pread(descriptor_, at, std::min<std::size_t>(count, 1U << 30), offset);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) core::fail_input(path_ + ": byte " + std::to_string(offset) + ": " + std::strerror(errno));
        if (got == 0)
            core::fail_input(path_ + ": byte " + std::to_string(offset) + ": the file ends here, it had " +
                             std::to_string(size_) + " bytes when it was opened");
        at += got;
        offset += got;
        count -= static_cast<std::size_t>(got);
    }
}

std::string FileBytes::text(std::int64_t limit) const {
    if (size_ > limit)
        core::fail_input(path_ + ": " + std::to_string(size_) + " bytes are too many for this kind of file (allowed: " +
                         std::to_string(limit) + ")");
    std::string all(static_cast<std::size_t>(size_), '\0');
    read(0, all.data(), all.size());
    return all;
}

std::string sha256_of(const std::vector<const FileBytes*>& files) {
    Sha256 hash;
    std::vector<char> buffer(1U << 20);
    for (const FileBytes* file : files)
        for (std::int64_t at = 0; at < file->size();) {
            const auto part = std::min(static_cast<std::int64_t>(buffer.size()), file->size() - at);
            file->read(at, buffer.data(), static_cast<std::size_t>(part));
            hash.update(buffer.data(), static_cast<std::size_t>(part));
            at += part;
        }
    return hash.hex();
}

}  // namespace fascikit::io
