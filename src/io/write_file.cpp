#include "write_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "fascikit/core/error.hpp"
#include "text.hpp"

namespace fascikit::io {

namespace fs = std::filesystem;

namespace {

void write_synced(const std::string& path, std::string_view bytes, const std::string& shown) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) fail_write(shown, errno);
    int error = 0;
    while (!bytes.empty() && error == 0) {
        const auto count = ::write(file, bytes.data(), bytes.size());
        if (count >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(count));
        else if (errno != EINTR)
            error = errno;
    }
    if (error == 0 && ::fsync(file) != 0) error = errno;
    if (::close(file) != 0 && error == 0) error = errno;
    if (error != 0) {
        ::unlink(path.c_str());
        fail_write(shown, error);
    }
}

}  // namespace

std::string in_full(const std::string& path) {
    std::string text = "'";
    return text.append(clean_text(path)).append("'");
}

void fail_write(const std::string& path, int error_number) {
    core::fail_input("cannot write " + in_full(path) + ": " + std::generic_category().message(error_number));
}

std::string beside(const std::string& path) {
    std::string name = path + ".XXXXXX";
    const int file = ::mkstemp(name.data());
    if (file < 0) fail_write(path, errno);
    // mkstemp gives 0600; what is renamed into place should be as any new file.
    const mode_t mask = ::umask(0);
    ::umask(mask);
    ::fchmod(file, 0666 & ~mask);
    ::close(file);
    return name;
}

void sync_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) fail_write(path, errno);
    const int error = ::fsync(file) != 0 ? errno : 0;
    ::close(file);
    if (error != 0) fail_write(path, error);
}

void write_whole(const std::string& path, std::string_view bytes) {
    const std::string part = beside(path);
    write_synced(part, bytes, path);
    if (::rename(part.c_str(), path.c_str()) != 0) {
        const int error = errno;
        ::unlink(part.c_str());
        fail_write(path, error);
    }
}

OutputFolder::OutputFolder(std::string folder) : folder_(std::move(folder)) {
    if (folder_.empty()) core::fail_option("output folder '': allowed is the name of a folder");
    while (folder_.size() > 1 && folder_.back() == '/') folder_.pop_back();
    std::error_code error;
    std::vector<std::string> missing;
    for (fs::path p = folder_; !p.empty() && !fs::exists(p, error) && !error; p = p.parent_path())
        missing.push_back(p.string());
    if (error) fail_write(folder_, error.value());
    const auto give_up = [this](int number) {
        for (auto p = created_.rbegin(); p != created_.rend(); ++p) ::rmdir(p->c_str());
        fail_write(folder_, number);
    };
    for (auto p = missing.rbegin(); p != missing.rend(); ++p) {
        if (::mkdir(p->c_str(), 0777) != 0 && errno != EEXIST) give_up(errno);
        created_.push_back(*p);
    }
    staging_ = folder_ + "/.fascikit-XXXXXX";
    if (::mkdtemp(staging_.data()) == nullptr) give_up(errno);
}

OutputFolder::~OutputFolder() {
    std::error_code ignored;
    fs::remove_all(staging_, ignored);
    if (done_) return;
    for (auto p = created_.rbegin(); p != created_.rend(); ++p) ::rmdir(p->c_str());
}

std::string OutputFolder::stage(const std::string& name) {
    if (fs::is_directory(folder_ + "/" + name)) fail_write(folder_ + "/" + name, EISDIR);
    names_.push_back(name);
    return staging_ + "/" + name;
}

void OutputFolder::put(const std::string& name, std::string_view bytes) {
    write_synced(stage(name), bytes, folder_ + "/" + name);
}

void OutputFolder::remove(const std::string& name) { removed_.push_back(name); }

void OutputFolder::take_back(std::size_t moved) noexcept {
    for (std::size_t i = 0; i < moved; ++i) {
        const std::string path = folder_ + "/" + names_[i];
        ::unlink(path.c_str());
        ::rename((staging_ + "/" + names_[i] + ".before").c_str(), path.c_str());
    }
}

void OutputFolder::commit() {
    for (std::size_t i = 0; i < names_.size(); ++i) {
        const std::string path = folder_ + "/" + names_[i];
        const std::string staged = staging_ + "/" + names_[i];
        // What was there waits in the staging folder, so that a failure further down can put it back.
        if (::rename(path.c_str(), (staged + ".before").c_str()) != 0 && errno != ENOENT) {
            const int error = errno;
            take_back(i);
            fail_write(path, error);
        }
        if (::rename(staged.c_str(), path.c_str()) != 0) {
            const int error = errno;
            take_back(i + 1);
            fail_write(path, error);
        }
    }
    // Last, since a failure here costs nothing that was found.
    for (const std::string& name : removed_)
        if (std::find(names_.begin(), names_.end(), name) == names_.end()) ::unlink((folder_ + "/" + name).c_str());
    const int directory = ::open(folder_.c_str(), O_RDONLY | O_CLOEXEC);
    if (directory >= 0) {
        ::fsync(directory);
        ::close(directory);
    }
    done_ = true;
}

}  // namespace fascikit::io
