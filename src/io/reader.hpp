// Reader: what a format must offer, and where each one is opened.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bytes.hpp"
#include "fascikit/core/block.hpp"
#include "fascikit/core/recording.hpp"
#include "fascikit/io/digital.hpp"
#include "fascikit/io/read.hpp"

namespace fascikit::io {

class Reader {
public:
    virtual ~Reader() = default;
    /// As Source::read; the block lies within the recording.
    virtual void read(std::int64_t first, BlockView<float> out) const = 0;
    [[nodiscard]] virtual std::string sha256() const = 0;
};

struct Opened {
    std::shared_ptr<const Reader> reader;
    RecordingInfo info;
};

/// How much of a file is held at once while reading.
inline constexpr std::int64_t buffer_bytes = std::int64_t{1} << 20;

[[nodiscard]] Opened open_edf(FileBytes file, const ReadOptions& options);
[[nodiscard]] Opened open_wfdb(FileBytes header, const ReadOptions& options);
[[nodiscard]] Opened open_csv(FileBytes file, const ReadOptions& options);

[[nodiscard]] std::vector<DigitalChannel> digital_edf(FileBytes file);
[[nodiscard]] std::vector<DigitalChannel> digital_wfdb(FileBytes header);

}  // namespace fascikit::io
