// FileBytes: a file's bytes at any offset, from several threads. Opens only regular
// files that hold something; every error is an InputError that names the path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace fascikit::io {

class FileBytes {
public:
    explicit FileBytes(const std::string& path);
    ~FileBytes();
    FileBytes(FileBytes&& other) noexcept;
    FileBytes& operator=(FileBytes&&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::int64_t size() const noexcept { return size_; }

    /// Exactly `count` bytes from `offset` on.
    void read(std::int64_t offset, void* to, std::size_t count) const;
    /// The whole file; refused when it is larger than `limit` bytes.
    [[nodiscard]] std::string text(std::int64_t limit) const;

private:
    std::string path_;
    std::int64_t size_ = 0;
    int descriptor_ = -1;
};

/// SHA-256 of the bytes of these files, one after the other.
[[nodiscard]] std::string sha256_of(const std::vector<const FileBytes*>& files);

}  // namespace fascikit::io
