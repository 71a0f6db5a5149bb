// Cascade: second-order sections over many channels at once, in place, as a stream.
//
// Vector lanes are channels, so the cost a sample falls with the number of channels:
// benchmarks/filter_benchmark. No latency beyond the filter's own. Output sample n
// depends on the samples before it and on nothing else: however the frames are cut
// into calls, the results are the same bit for bit; the code path depends on the
// number of channels and on T alone. Cascade<float> computes in double where a pole
// lies so near to the unit circle that float would lose the signal (see `wide`).
//
// Construction allocates; afterwards nothing allocates, throws or locks. One thread
// at a time. A copy is a snapshot of the stream. A NaN stays in its channel until
// start() or reset(). Decaying outputs reach denormals: hold a core::FlushDenormals.
// Errors: std::invalid_argument for channels < 1.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/filter/kernels.hpp"
#include "fascikit/filter/sos.hpp"

namespace fascikit::filter {

/// 1 - pole radius below which sections of a float cascade are run in double. Measured
/// error of float sections, relative to the output's RMS, for noise alone and with an
/// offset of 300 standard deviations: 5e-6 and 5e-4 at 0.022 (20 Hz at 2048 Hz), 1e-5 and
/// 2e-3 at 0.011, 7e-4 and 4e-2 at 0.0008 (10 Hz at 30 kHz). In double: 3e-8, always.
inline constexpr double narrow_pole_distance = 0.02;

template <std::floating_point T>
class Cascade {
public:
    /// Starts at rest (all states 0). channels >= 1.
    Cascade(const Sos<double>& sos, int channels)
        : channels_(channels),
          sections_(static_cast<int>(sos.size())),
          wide_(sizeof(T) < sizeof(double) && 1 - sos.max_pole_radius() < narrow_pole_distance),
          steady_(sos_steady_state(sos)) {
        if (channels < 1) core::fail_option("channels " + std::to_string(channels) + ": at least 1 is needed");
        constexpr std::int64_t m = kernels::lane_multiple;
        lanes_ = (static_cast<std::int64_t>(channels) + m - 1) / m * m;
        const std::size_t states = 2 * sos.size() * static_cast<std::size_t>(lanes_);
        if (wide_) {
            for (const auto& s : sos.sections()) wide_coefficients_.insert(wide_coefficients_.end(), {s.b0, s.b1, s.b2, s.a1, s.a2});
            wide_state_.assign(states, 0);
        } else {
            const auto cast = [](double value) { return static_cast<T>(value); };
            for (const auto& s : sos.sections())
                coefficients_.insert(coefficients_.end(), {cast(s.b0), cast(s.b1), cast(s.b2), cast(s.a1), cast(s.a2)});
            state_.assign(states, 0);
        }
    }

    [[nodiscard]] int channels() const noexcept { return channels_; }
    /// Whether the sections run in double although the samples are float.
    [[nodiscard]] bool wide() const noexcept { return wide_; }

    /// Filters the frames in place, from first to last. Fastest with channel_stride 1;
    /// planar blocks go through transposed tiles, in registers. A block with another number of
    /// channels is left untouched.
    void process(BlockView<T> inout) noexcept {
        if (inout.frames < 1 || inout.channels != channels_) return;
        if (wide_)
            wide_function_(inout.data, inout.frames, inout.frame_stride, channels_, inout.channel_stride,
                           wide_coefficients_.data(), sections_, wide_state_.data(), lanes_);
        else
            function_(inout.data, inout.frames, inout.frame_stride, channels_, inout.channel_stride,
                      coefficients_.data(), sections_, state_.data(), lanes_);
    }

    /// The same from the last frame to the first: the backward pass of zero-phase filtering.
    void process_reversed(BlockView<T> inout) noexcept {
        if (inout.frames < 1) return;
        process({inout.data + (inout.frames - 1) * inout.frame_stride, inout.frames, inout.channels,
                 -inout.frame_stride, inout.channel_stride});
    }

    /// Puts one channel in the state that an endless constant input `value` leaves.
    void start(int channel, T value) noexcept {
        if (channel < 0 || channel >= channels_) return;
        for (std::size_t s = 0; s < steady_.size(); ++s) {
            const double s1 = steady_[s].s1 * static_cast<double>(value);
            const double s2 = steady_[s].s2 * static_cast<double>(value);
            const std::size_t at = 2 * s * static_cast<std::size_t>(lanes_) + static_cast<std::size_t>(channel);
            const std::size_t next = at + static_cast<std::size_t>(lanes_);
            if (wide_) {
                wide_state_[at] = s1;
                wide_state_[next] = s2;
            } else {
                state_[at] = static_cast<T>(s1);
                state_[next] = static_cast<T>(s2);
            }
        }
    }

    /// Back to rest.
    void reset() noexcept {
        std::fill(state_.begin(), state_.end(), T(0));
        std::fill(wide_state_.begin(), wide_state_.end(), 0.0);
    }

private:
    int channels_;
    int sections_;
    bool wide_;
    std::int64_t lanes_ = 0;
    std::vector<SectionState> steady_;
    std::vector<T> coefficients_;
    std::vector<T> state_;
    std::vector<double> wide_coefficients_;
    std::vector<double> wide_state_;
    kernels::CascadeFunction<T, T> function_ = kernels::cascade_function(T{}, T{});
    kernels::CascadeFunction<T, double> wide_function_ = kernels::cascade_function(T{}, double{});
};

}  // namespace fascikit::filter
