#include "envelope.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "fascikit/core/denormals.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/filter/butterworth.hpp"

namespace fascikit::python {
namespace {

/// One section, forward (step 1) or backward (step -1), from rest.
void run(const filter::Section<double>& s, std::vector<double>& x, bool backward) noexcept {
    double s1 = 0, s2 = 0;
    const std::size_t n = x.size();
    for (std::size_t i = 0; i < n; ++i) {
        double& v = x[backward ? n - 1 - i : i];
        const double y = s.b0 * v + s1;
        s1 = s.b1 * v - s.a1 * y + s2;
        s2 = s.b2 * v - s.a2 * y;
        v = y;
    }
}

}  // namespace

void envelope(const AnySource& source, const EnvelopeOptions& o, float* low, float* high) {
    const RecordingInfo& info = source.info();
    const auto channels = static_cast<std::int64_t>(info.channels.size());
    if (o.channel < 0 || o.channel >= channels)
        core::fail_option("channel " + std::to_string(o.channel) + ": allowed is 0 to " + std::to_string(channels - 1));
    if (o.first < 0 || o.count < 1 || o.first > info.frames || o.count > info.frames - o.first)
        core::fail_option("frames " + std::to_string(o.first) + " to " + std::to_string(o.first + o.count) +
                          ": allowed is a stretch within 0 to " + std::to_string(info.frames));
    if (o.bins < 1 || o.bins > o.count)
        core::fail_option("bins " + std::to_string(o.bins) + ": allowed is 1 to " + std::to_string(o.count));

    const auto sos = filter::butterworth_bandpass(2, o.low_hz, o.high_hz, info.sampling_rate_hz);
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    std::fill(low, low + o.bins, nan);
    std::fill(high, high + o.bins, nan);

    // Five periods of the lower edge: by then the filter has forgotten to 1e-9.
    const auto margin = static_cast<std::int64_t>(5.0 / o.low_hz * info.sampling_rate_hz) + 1;
    const std::int64_t step = std::max<std::int64_t>(8 * margin, 1 << 15);
    std::vector<float> block;
    std::vector<double> x;
    const core::FlushDenormals flush;
    for (std::int64_t begin = o.first; begin < o.first + o.count; begin += step) {
        const std::int64_t end = std::min(begin + step, o.first + o.count);
        const std::int64_t from = std::max<std::int64_t>(begin - margin, 0);
        const std::int64_t n = std::min(end + margin, info.frames) - from;
        block.resize(static_cast<std::size_t>(n * channels));
        source.read(from, interleaved(block.data(), n, channels));

        // Where there is no sample the last one stands in, so that no step rings into what is drawn.
        const auto sample = [&](std::int64_t i) { return block[static_cast<std::size_t>(i * channels + o.channel)]; };
        double last = 0;
        for (std::int64_t i = 0; i < n; ++i)
            if (core::is_finite(sample(i))) {
                last = static_cast<double>(sample(i));
                break;
            }
        const double offset = last;
        x.resize(static_cast<std::size_t>(n));
        for (std::int64_t i = 0; i < n; ++i) {
            if (core::is_finite(sample(i))) last = static_cast<double>(sample(i));
            x[static_cast<std::size_t>(i)] = last - offset;
        }
        for (const bool backward : {false, true})
            for (const auto& section : sos.sections()) run(section, x, backward);

        for (std::int64_t f = begin; f < end; ++f) {
            if (!core::is_finite(sample(f - from))) continue;
            const auto value = static_cast<float>(x[static_cast<std::size_t>(f - from)]);
            // Exact below 2^63 / bins frames; a recording is far shorter.
            const std::int64_t bin = (f - o.first) * o.bins / o.count;
            if (!(low[bin] <= value)) low[bin] = value;
            if (!(high[bin] >= value)) high[bin] = value;
        }
    }
}

}  // namespace fascikit::python
