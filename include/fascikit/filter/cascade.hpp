// Cascade: second-order sections over many channels at once, as a stream.
//
// Three or more channels: vector lanes are channels, and the cost a sample falls with their
// number. One or two: the lanes are successive samples of one channel (line.hpp), in double
// for float samples too. No latency beyond the filter's own. Output sample n
// depends on the samples before it and on nothing else: however the frames are cut
// into calls, the results are the same bit for bit; the code path depends on the
// number of channels and on T alone. Cascade<float> computes in double where a pole
// lies so near to the unit circle that float would lose the signal (see `wide`).
// Cost, AVX2, four sections, ns a sample at 3.2 GHz: one channel 2.2; 64 channels
// interleaved 0.5 float, 1.0 double, 1.2 float samples in double; planar 0.8 and 1.2 (benchmarks/).
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
#include "fascikit/filter/line.hpp"
#include "fascikit/filter/sos.hpp"

namespace fascikit::filter {

/// 1 - pole radius below which sections of a float cascade are run in double. Measured
/// error of float sections, relative to the output's RMS, for noise alone and with an
/// offset of 300 standard deviations: 5e-6 and 5e-4 at 0.022 (20 Hz at 2048 Hz), 1e-5 and
/// 2e-3 at 0.011, 7e-4 and 4e-2 at 0.0008 (10 Hz at 30 kHz). In double: 3e-8, always.
inline constexpr double narrow_pole_distance = 0.02;
/// Up to this many channels are filtered one after the other.
inline constexpr int line_channels = 2;

template <std::floating_point T>
class Cascade {
public:
    /// Starts at rest (all states 0). channels >= 1.
    Cascade(const Sos<double>& sos, int channels)
        : sections_(sos.sections().begin(), sos.sections().end()),
          steady_(sos_steady_state(sos)),
          channels_(channels),
          path_(channels <= line_channels                                                            ? Path::line
                : sizeof(T) == sizeof(double) || 1 - sos.max_pole_radius() < narrow_pole_distance ? Path::wide
                                                                                                     : Path::narrow) {
        if (channels < 1) core::fail_option("channels " + std::to_string(channels) + ": at least 1 is needed");
        constexpr std::int64_t m = kernels::lane_multiple;
        lanes_ = (static_cast<std::int64_t>(channels) + m - 1) / m * m;
        const std::size_t states = 2 * sos.size() * static_cast<std::size_t>(lanes_);
        if (path_ == Path::line) {
            wide_coefficients_ = line_coefficients(sos);
            wide_state_.resize(sos.size() * static_cast<std::size_t>(kernels::line_state * channels));
        } else if (path_ == Path::wide) {
            for (const auto& s : sections_) wide_coefficients_.insert(wide_coefficients_.end(), {s.b0, s.b1, s.b2, s.a1, s.a2});
            wide_state_.resize(states);
        } else {
            const auto cast = [](double value) { return static_cast<T>(value); };
            for (const auto& s : sections_)
                coefficients_.insert(coefficients_.end(), {cast(s.b0), cast(s.b1), cast(s.b2), cast(s.a1), cast(s.a2)});
            state_.resize(states);
        }
        reset();
    }

    [[nodiscard]] int channels() const noexcept { return channels_; }
    [[nodiscard]] int sections() const noexcept { return static_cast<int>(sections_.size()); }
    /// Whether the sections run in double although the samples are float.
    [[nodiscard]] bool wide() const noexcept { return sizeof(T) < sizeof(double) && path_ != Path::narrow; }

    /// Filters the frames in place, from first to last. Fastest with channel_stride 1;
    /// planar blocks go through transposed tiles, in registers. A block with another number of
    /// channels is left untouched.
    void process(BlockView<T> inout) noexcept { process(inout, inout); }

    /// The same from `in` to `out`, of equal frames and channels (otherwise nothing is done).
    /// They may be the same block, but must not overlap in another way.
    void process(BlockView<const T> in, BlockView<T> out) noexcept {
        if (in.frames < 1 || in.channels != channels_ || out.frames != in.frames || out.channels != channels_) return;
        if (path_ == Path::line) {
            for (int c = 0; c < channels_; ++c)
                line_function_(in.data + c * in.channel_stride, in.frame_stride, out.data + c * out.channel_stride,
                               out.frame_stride, in.frames, wide_coefficients_.data(), sections(), line_at(0, c));
        } else if (path_ == Path::wide) {
            wide_function_(call(in, out, wide_coefficients_, wide_state_));
        } else {
            narrow_function_(call(in, out, coefficients_, state_));
        }
    }

    /// The same from the last frame to the first: the backward pass of zero-phase filtering.
    void process_reversed(BlockView<T> inout) noexcept {
        if (inout.frames < 1) return;
        process({inout.data + (inout.frames - 1) * inout.frame_stride, inout.frames, inout.channels,
                 -inout.frame_stride, inout.channel_stride});
    }

    /// State of one section in one channel, as SciPy's zi has it. Out of range: zeros.
    [[nodiscard]] SectionState state(int section, int channel) const noexcept {
        if (!has(section, channel)) return {};
        if (path_ == Path::line) return get_line_state(wide_state_.data() + line_index(section, channel), sections_[static_cast<std::size_t>(section)]);
        const std::size_t s1 = lane_index(section, channel), s2 = s1 + static_cast<std::size_t>(lanes_);
        if (path_ == Path::wide) return {wide_state_[s1], wide_state_[s2]};
        return {static_cast<double>(state_[s1]), static_cast<double>(state_[s2])};
    }

    /// Forgets what one section has seen in one channel and puts it in this state.
    void set_state(int section, int channel, SectionState to) noexcept {
        if (!has(section, channel)) return;
        if (path_ == Path::line) return set_line_state(line_at(section, channel), to);
        const std::size_t s1 = lane_index(section, channel), s2 = s1 + static_cast<std::size_t>(lanes_);
        if (path_ == Path::wide) {
            wide_state_[s1] = to.s1;
            wide_state_[s2] = to.s2;
        } else {
            state_[s1] = static_cast<T>(to.s1);
            state_[s2] = static_cast<T>(to.s2);
        }
    }

    /// Puts one channel in the state that an endless constant input `value` leaves.
    void start(int channel, T value) noexcept {
        const auto v = static_cast<double>(value);
        for (int s = 0; s < sections(); ++s) {
            const SectionState& one = steady_[static_cast<std::size_t>(s)];
            set_state(s, channel, {one.s1 * v, one.s2 * v});
        }
    }

    /// Back to rest.
    void reset() noexcept {
        std::fill(state_.begin(), state_.end(), T(0));
        std::fill(wide_state_.begin(), wide_state_.end(), 0.0);
        if (path_ != Path::line) return;
        for (int s = 0; s < sections(); ++s)
            for (int c = 0; c < channels_; ++c) set_state(s, c, {});
    }

private:
    enum class Path { line, wide, narrow };

    [[nodiscard]] bool has(int section, int channel) const noexcept {
        return section >= 0 && section < sections() && channel >= 0 && channel < channels_;
    }
    [[nodiscard]] std::size_t lane_index(int section, int channel) const noexcept {
        return 2 * static_cast<std::size_t>(section) * static_cast<std::size_t>(lanes_) + static_cast<std::size_t>(channel);
    }
    [[nodiscard]] std::size_t line_index(int section, int channel) const noexcept {
        return static_cast<std::size_t>(kernels::line_state) * (static_cast<std::size_t>(channel) * sections_.size() + static_cast<std::size_t>(section));
    }
    [[nodiscard]] double* line_at(int section, int channel) noexcept { return wide_state_.data() + line_index(section, channel); }
    template <class Calc>
    [[nodiscard]] kernels::CascadeCall<T, Calc> call(const BlockView<const T>& in, const BlockView<T>& out,
                                                     const std::vector<Calc>& coefficients, std::vector<Calc>& state) noexcept {
        return {in.data, in.frame_stride, in.channel_stride, out.data, out.frame_stride, out.channel_stride, in.frames,
                channels_, coefficients.data(), sections(), state.data(), lanes_};
    }

    std::vector<Section<double>> sections_;
    std::vector<SectionState> steady_;
    int channels_;
    Path path_;
    std::int64_t lanes_ = 0;
    std::vector<T> coefficients_;
    std::vector<T> state_;
    std::vector<double> wide_coefficients_;  // of line.hpp on that path
    std::vector<double> wide_state_;
    kernels::LineFunction<T> line_function_ = kernels::line_function(T{});
    kernels::CascadeFunction<T, T> narrow_function_ = kernels::cascade_function(T{}, T{});
    kernels::CascadeFunction<T, double> wide_function_ = kernels::cascade_function(T{}, double{});
};

}  // namespace fascikit::filter
