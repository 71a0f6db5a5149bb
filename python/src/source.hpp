// AnySource: a Source whose type is forgotten, so that `analyze` is compiled once for
// files and arrays. Copies share the samples; each has its own sites.
//
// Threads: read() may be called from several at once. The samples of an array are
// the caller's: they are read in place and must not change meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fascikit/core/recording.hpp"

namespace fascikit::python {

class AnySource {
public:
    using Read = std::function<void(std::int64_t, BlockView<float>)>;

    using Hash = std::function<std::string()>;

    AnySource(RecordingInfo info, Read read, Hash hash = {})
        : info_(std::move(info)), read_(std::move(read)), hash_(std::move(hash)) {}

    [[nodiscard]] const RecordingInfo& info() const noexcept { return info_; }
    void read(std::int64_t first, BlockView<float> out) const { read_(first, out); }

    /// SHA-256 of the file's bytes, which are read for it; empty for arrays.
    [[nodiscard]] std::string sha256() const { return hash_ ? hash_() : std::string(); }

    [[nodiscard]] AnySource with_sites(std::vector<Site> sites) const {
        AnySource copy = *this;
        copy.info_.sites = std::move(sites);
        return copy;
    }

private:
    RecordingInfo info_;
    Read read_;
    Hash hash_;
};

/// Samples of any arithmetic type at any byte stride, aligned or not, times `scale`.
template <class T>
struct StridedSamples {
    const std::byte* data = nullptr;
    std::int64_t frame_stride_bytes = 0;
    std::int64_t channel_stride_bytes = 0;
    double scale_uv = 1;

    void read(std::int64_t first, BlockView<float> out) const noexcept {
        // Tiles: one of input and output is strided, whichever layout the array has.
        constexpr std::int64_t tile = 64;
        for (std::int64_t begin = 0; begin < out.frames; begin += tile) {
            const std::int64_t end = begin + tile < out.frames ? begin + tile : out.frames;
            for (std::int64_t c = 0; c < out.channels; ++c) {
                const std::byte* from = data + c * channel_stride_bytes + (first + begin) * frame_stride_bytes;
                for (std::int64_t f = begin; f < end; ++f, from += frame_stride_bytes) {
                    T value;
                    std::memcpy(&value, from, sizeof value);
                    out(f, c) = static_cast<float>(static_cast<double>(value) * scale_uv);
                }
            }
        }
    }
};

}  // namespace fascikit::python
