// Savitzky-Golay: the value, or a derivative, of the polynomial that fits a window best.
//
// Savitzky & Golay 1964 (10.1021/ac60214a047). Coefficients and whole recordings equal
// scipy.signal.savgol_coeffs and savgol_filter. They come from polynomials that are
// orthogonal on the window (Gram), which keeps them right to 1e-13 of the largest where
// a fit of powers loses digits.
//
// Whole: ends by fitting the first and last window (`interp`) or by continuing the
// recording (edges.hpp). Stream: latency (window - 1) / 2 frames, ends `nearest` or
// `constant`, for which no sample to come is needed. Cost: window multiplications a
// sample, by FirStream, whose rules for NaN, chunking and threads hold here.
// Errors: std::invalid_argument for an even window, polyorder >= window, a recording
// shorter than its window with `interp`.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/filter/edges.hpp"
#include "fascikit/filter/fir_stream.hpp"
#include "fascikit/filter/history.hpp"

namespace fascikit::filter {

struct SavitzkyGolay {
    std::int64_t window = 11;   ///< frames, odd, up to 2^20
    int polyorder = 3;          ///< below window, and up to 60
    int derivative = 0;         ///< 0: the value
    double delta = 1;           ///< distance of frames: 1 / fs gives derivatives per second
};

/// Weights of the frames of a window, oldest first, for the fitted polynomial at frame `position` of it.
[[nodiscard]] inline std::vector<double> savitzky_golay_weights(const SavitzkyGolay& options, std::int64_t position) {
    const std::int64_t n = options.window;
    if (n < 1 || n % 2 == 0 || n > 1 << 20)
        core::fail_option("window " + std::to_string(n) + ": allowed is an odd number of frames from 1 to " + std::to_string((1 << 20) - 1));
    if (options.polyorder < 0 || options.polyorder > 60 || options.polyorder >= n)
        core::fail_option("polyorder " + std::to_string(options.polyorder) + ": allowed is 0 to " +
                          std::to_string(std::min<std::int64_t>(60, n - 1)) + ", below the window of " + std::to_string(n));
    if (options.derivative < 0) core::fail_option("derivative " + std::to_string(options.derivative) + ": it must not be negative");
    if (!std::isfinite(options.delta) || options.delta == 0)
        core::fail_option("delta " + core::number(options.delta) + ": it must be finite and not 0");
    if (position < 0 || position >= n)
        core::fail_option("position " + std::to_string(position) + ": allowed is 0 to " + std::to_string(n - 1));
    std::vector<double> weights(static_cast<std::size_t>(n), 0.0);
    const int d = options.derivative;
    if (d > options.polyorder) return weights;

    // p_{j+1}(t) = t p_j(t) - b_j p_{j-1}(t) on t = -1 ... 1; the middle term vanishes by symmetry.
    const double half = std::max(1.0, static_cast<double>(n / 2));
    const auto t_of = [&](std::int64_t i) { return static_cast<double>(i - n / 2) / half; };
    std::vector<double> now(static_cast<std::size_t>(n), 1.0), before(static_cast<std::size_t>(n), 0.0);
    // Derivatives 0 to d of p_j and p_{j-1} at the position.
    std::vector<double> at(static_cast<std::size_t>(d) + 1, 0.0), at_before = at;
    at[0] = 1;
    double norm_before = 1;
    for (int j = 0; j <= options.polyorder; ++j) {
        double norm = 0;
        for (const double p : now) norm += p * p;
        for (std::size_t i = 0; i < weights.size(); ++i) weights[i] += at.back() / norm * now[i];
        const double b = j == 0 ? 0 : norm / norm_before;
        norm_before = norm;
        for (std::int64_t i = 0; i < n; ++i) {
            const auto k = static_cast<std::size_t>(i);
            const double next = t_of(i) * now[k] - b * before[k];
            before[k] = now[k];
            now[k] = next;
        }
        std::vector<double> next(at.size());
        for (std::size_t k = 0; k < at.size(); ++k)
            next[k] = t_of(position) * at[k] + (k > 0 ? static_cast<double>(k) * at[k - 1] : 0.0) - b * at_before[k];
        at_before = at;
        at = next;
    }
    const double scale = std::pow(half * options.delta, -d);
    for (double& weight : weights) weight *= scale;
    return weights;
}

/// Taps of the filter, for FirStream: newest frame first, delayed by (window - 1) / 2.
[[nodiscard]] inline std::vector<double> savitzky_golay_taps(const SavitzkyGolay& options) {
    std::vector<double> taps = savitzky_golay_weights(options, options.window / 2);
    std::reverse(taps.begin(), taps.end());
    return taps;
}

/// A whole recording. `edge` not given: `interp`, the fits of the first and the last window.
/// `out` has the frames of `in` and may be `in`. Allocates.
template <std::floating_point T>
void savitzky_golay(const SavitzkyGolay& options, BlockView<const T> in, BlockView<T> out,
                    std::optional<Edge> edge = std::nullopt) {
    FirStream<T> stream(savitzky_golay_taps(options), static_cast<int>(in.channels));
    const std::int64_t half = options.window / 2;
    const std::int64_t n = in.frames;
    if (edge) {
        run_whole(stream, in, out, half, half, *edge);
        return;
    }
    if (n < options.window)
        core::fail_option("a recording of " + std::to_string(n) + " frames: mode 'interp' needs at least the window of " +
                          std::to_string(options.window));
    const std::vector<T> head = continued(in, 0, options.window, Edge::constant);
    const std::vector<T> tail = continued(in, n - options.window, options.window, Edge::constant);
    run_whole(stream, in, out, half, half, Edge::constant);
    const auto fit = [&](const std::vector<T>& window, std::int64_t position, std::int64_t to) {
        const std::vector<double> weights = savitzky_golay_weights(options, position);
        for (std::int64_t c = 0; c < in.channels; ++c) {
            double sum = 0;
            for (std::size_t i = 0; i < weights.size(); ++i)
                sum += weights[i] * static_cast<double>(window[i * static_cast<std::size_t>(in.channels) + static_cast<std::size_t>(c)]);
            out(to, c) = static_cast<T>(sum);
        }
    };
    for (std::int64_t i = 0; i < half; ++i) {
        fit(head, i, i);
        fit(tail, half + 1 + i, n - half + i);
    }
}

template <std::floating_point T>
class SavitzkyGolayStream {
public:
    /// edge: Edge::nearest or Edge::constant (zeros).
    SavitzkyGolayStream(const SavitzkyGolay& options, int channels, Edge edge = Edge::nearest)
        : half_(options.window / 2),
          nearest_(edge == Edge::nearest),
          fir_(savitzky_golay_taps(options), channels),
          newest_(static_cast<std::size_t>(channels), T(0)) {
        if (edge != Edge::nearest && edge != Edge::constant)
            core::fail_option("edge of a Savitzky-Golay stream: allowed is nearest or constant");
    }

    [[nodiscard]] int channels() const noexcept { return fir_.channels(); }
    [[nodiscard]] std::int64_t latency_samples() const noexcept { return half_; }

    /// As many frames out as in, latency_samples() late; the first of them lie before the recording and are 0.
    void process(BlockView<const T> in, BlockView<T> out) noexcept {
        if (!fits(in, out, fir_.channels())) return;
        if (nearest_ && seen_ == 0)
            for (int c = 0; c < fir_.channels(); ++c) fir_.start(c, in(0, c));
        for (int c = 0; c < fir_.channels(); ++c) newest_[static_cast<std::size_t>(c)] = nearest_ ? in(in.frames - 1, c) : T(0);
        fir_.process(in, out);
        for (std::int64_t f = 0; f < std::min(in.frames, half_ - seen_); ++f)
            for (int c = 0; c < fir_.channels(); ++c) out(f, c) = T(0);
        seen_ += in.frames;
    }
    void process(BlockView<T> inout) noexcept { process(inout, inout); }
    /// The last latency_samples() frames; afterwards as after reset().
    void flush(BlockView<T> out) noexcept {
        if (out.frames != half_ || out.channels != fir_.channels()) return;
        process({newest_.data(), half_, fir_.channels(), 0, 1}, out);
        reset();
    }
    void reset() noexcept {
        fir_.reset();
        seen_ = 0;
    }

private:
    std::int64_t half_;
    bool nearest_;
    FirStream<T> fir_;
    std::vector<T> newest_;
    std::int64_t seen_ = 0;
};

}  // namespace fascikit::filter
