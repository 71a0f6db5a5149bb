// Files that appear whole or not at all: written beside, synced, then renamed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fascikit::io {

/// A path for an error message: on one line and never shortened.
[[nodiscard]] std::string in_full(const std::string& path);

/// Throws InputError "cannot write 'path': <the system's reason>".
[[noreturn]] void fail_write(const std::string& path, int error_number);

/// A name beside `path` that nobody else uses.
[[nodiscard]] std::string beside(const std::string& path);

/// Makes the bytes of a closed file durable.
void sync_file(const std::string& path);

/// Replaces `path` by `bytes` at once.
void write_whole(const std::string& path, std::string_view bytes);

/// Several files of one folder that appear together. What exists under the same names is
/// replaced, what is named to `remove` goes, other files of the folder stay. Without `commit` nothing
/// is left behind, folders included.
class OutputFolder {
public:
    explicit OutputFolder(std::string folder);
    ~OutputFolder();
    OutputFolder(const OutputFolder&) = delete;
    OutputFolder& operator=(const OutputFolder&) = delete;

    /// Where to write file `name` until `commit`.
    [[nodiscard]] std::string stage(const std::string& name);
    void put(const std::string& name, std::string_view bytes);
    /// `commit` takes file `name` away, unless it was staged or is not there.
    void remove(const std::string& name);
    void commit();

private:
    void take_back(std::size_t moved) noexcept;

    std::string folder_;
    std::string staging_;
    std::vector<std::string> created_;  ///< folders that did not exist before, outermost first
    std::vector<std::string> names_;
    std::vector<std::string> removed_;
    bool done_ = false;
};

}  // namespace fascikit::io
