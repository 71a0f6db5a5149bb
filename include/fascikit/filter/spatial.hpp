// Spatial filters: each output channel a weighted sum of the channels of a site, frame by frame.
//
// A site is a grid of rows × columns electrodes, row-major (core/recording.hpp); a linear
// array is a grid of one column. Outputs, too, are row-major.
//   common average   x - mean of the good channels                    rows × columns
//   median reference x - median of the good channels                  rows × columns
//   single           x[next] - x[this], as numpy.diff                 one less along the direction
//   double           x[next] - 2 x[this] + x[before]                  two less along the direction
//   laplacian        x - mean of the good neighbours (up to four)     rows × columns
// Inside the grid four times the Laplacian is the normal double differential
// (Disselhorst-Klug, Silny & Rau 1997, IEEE Trans. Biomed. Eng. 44(7):567); at edges and beside bad
// channels the mean of the neighbours there are keeps its scale.
//
// Bad channels enter no sum, NaN or not. An output that needs one (differences) or is one
// (all others) is 0 and not `valid`; so is a Laplacian without good neighbours.
// No latency, no state: chunking cannot matter, and a NaN stays in its frame. `process`
// neither allocates, throws nor locks, but uses scratch: one thread at a time.
// Cost: one multiplication and addition for every weight; common average 2 additions a
// sample, median O(channels). Errors: std::invalid_argument naming channels and the grid.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/filter/history.hpp"

namespace fascikit::filter {

struct Weight {
    std::int32_t channel = 0;
    double value = 0;
};

/// The weights of every output; no weights: nothing to answer, the output is 0.
struct SpatialWeights {
    std::int64_t channels = 0;                  ///< of the input
    std::vector<std::vector<Weight>> outputs;
    [[nodiscard]] bool valid(std::size_t output) const noexcept { return !outputs[output].empty(); }
};

struct Grid {
    std::int64_t rows = 1;
    std::int64_t columns = 1;
};

/// Along which the next electrode is sought: from row to row, or from column to column.
enum class Along { rows, columns };

/// For each channel whether it is good. bad: indices of channels.
[[nodiscard]] inline std::vector<char> good_channels(std::int64_t channels, std::span<const std::int64_t> bad) {
    check_channels(channels);
    std::vector<char> good(static_cast<std::size_t>(channels), 1);
    for (const std::int64_t c : bad) {
        if (c < 0 || c >= channels)
            core::fail_option("bad channel " + std::to_string(c) + ": allowed is 0 to " + std::to_string(channels - 1));
        good[static_cast<std::size_t>(c)] = 0;
    }
    return good;
}

namespace detail {

[[nodiscard]] inline std::int64_t checked_channels(Grid grid) {
    if (grid.rows < 1 || grid.columns < 1 || grid.rows > 1 << 20 || grid.columns > 1 << 20)
        core::fail_option("grid of " + std::to_string(grid.rows) + " x " + std::to_string(grid.columns) +
                          ": at least one row and one column are needed");
    check_channels(grid.rows * grid.columns);
    return grid.rows * grid.columns;
}

/// `mask` over consecutive electrodes; only where all of them are there and good.
[[nodiscard]] inline SpatialWeights differences(Grid grid, Along along, std::span<const double> mask,
                                                std::span<const std::int64_t> bad) {
    const std::vector<char> good = good_channels(checked_channels(grid), bad);
    const std::int64_t reach = static_cast<std::int64_t>(mask.size()) - 1;
    const std::int64_t length = along == Along::rows ? grid.rows : grid.columns;
    if (length <= reach)
        core::fail_option("grid of " + std::to_string(grid.rows) + " x " + std::to_string(grid.columns) + ": along its " +
                          (along == Along::rows ? "rows" : "columns") + " at least " + std::to_string(reach + 1) +
                          " electrodes are needed");
    const std::int64_t rows = grid.rows - (along == Along::rows ? reach : 0);
    const std::int64_t columns = grid.columns - (along == Along::columns ? reach : 0);
    const std::int64_t step = along == Along::rows ? grid.columns : 1;
    SpatialWeights weights{grid.rows * grid.columns, {}};
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < columns; ++c) {
            std::vector<Weight> output;
            bool all = true;
            for (std::int64_t k = 0; k <= reach; ++k) {
                const std::int64_t channel = r * grid.columns + c + k * step;
                all = all && good[static_cast<std::size_t>(channel)];
                output.push_back({static_cast<std::int32_t>(channel), mask[static_cast<std::size_t>(k)]});
            }
            if (!all) output.clear();
            weights.outputs.push_back(std::move(output));
        }
    return weights;
}

}  // namespace detail

[[nodiscard]] inline SpatialWeights single_differential(Grid grid, Along along = Along::rows,
                                                        std::span<const std::int64_t> bad = {}) {
    constexpr double mask[] = {-1, 1};
    return detail::differences(grid, along, mask, bad);
}
[[nodiscard]] inline SpatialWeights double_differential(Grid grid, Along along = Along::rows,
                                                        std::span<const std::int64_t> bad = {}) {
    constexpr double mask[] = {1, -2, 1};
    return detail::differences(grid, along, mask, bad);
}

[[nodiscard]] inline SpatialWeights laplacian(Grid grid, std::span<const std::int64_t> bad = {}) {
    const std::vector<char> good = good_channels(detail::checked_channels(grid), bad);
    SpatialWeights weights{grid.rows * grid.columns, {}};
    for (std::int64_t r = 0; r < grid.rows; ++r)
        for (std::int64_t c = 0; c < grid.columns; ++c) {
            const auto at = [&](std::int64_t row, std::int64_t column) -> std::int64_t {
                if (row < 0 || row >= grid.rows || column < 0 || column >= grid.columns) return -1;
                const std::int64_t channel = row * grid.columns + column;
                return good[static_cast<std::size_t>(channel)] ? channel : -1;
            };
            std::vector<Weight> output;
            for (const std::int64_t channel : {at(r - 1, c), at(r, c - 1), at(r, c + 1), at(r + 1, c)})
                if (channel >= 0) output.push_back({static_cast<std::int32_t>(channel), 0});
            for (Weight& w : output) w.value = -1 / static_cast<double>(output.size());
            if (at(r, c) < 0) output.clear();
            if (!output.empty()) output.push_back({static_cast<std::int32_t>(at(r, c)), 1});
            weights.outputs.push_back(std::move(output));
        }
    return weights;
}

/// Applies weights. Sums run over an output's weights in their order, in T.
template <std::floating_point T>
class SpatialFilter {
public:
    explicit SpatialFilter(const SpatialWeights& weights) : channels_(weights.channels) {
        check_channels(channels_);
        check_channels(static_cast<std::int64_t>(weights.outputs.size()));
        ends_.reserve(weights.outputs.size());
        for (const auto& output : weights.outputs) {
            for (const Weight& w : output) {
                if (w.channel < 0 || w.channel >= channels_)
                    core::fail_option("weight of channel " + std::to_string(w.channel) + ": allowed is 0 to " + std::to_string(channels_ - 1));
                from_.push_back(w.channel);
                values_.push_back(static_cast<T>(w.value));
            }
            ends_.push_back(from_.size());
        }
        frame_.resize(weights.outputs.size());
    }

    [[nodiscard]] int channels() const noexcept { return static_cast<int>(channels_); }
    [[nodiscard]] int outputs() const noexcept { return static_cast<int>(ends_.size()); }

    /// in: frames × channels(); out: frames × outputs(). `out` may be `in` where both have as many channels.
    void process(BlockView<const T> in, BlockView<T> out) noexcept {
        if (in.frames != out.frames || in.channels != channels_ || out.channels != outputs()) return;
        for (std::int64_t f = 0; f < in.frames; ++f) {
            std::size_t k = 0;
            for (std::size_t o = 0; o < ends_.size(); ++o) {
                T sum = 0;
                for (; k < ends_[o]; ++k) sum += values_[k] * in(f, from_[k]);
                frame_[o] = sum;
            }
            put(frame_.data(), out.rows(f, 1));
        }
    }

private:
    std::int64_t channels_;
    std::vector<std::int32_t> from_;
    std::vector<T> values_;
    std::vector<std::size_t> ends_;
    std::vector<T> frame_;
};

enum class Reference { mean, median };

/// Takes away what the good channels have in common. The median of an even number is the mean of
/// the two middle ones; a NaN in a good channel makes its frame NaN.
template <std::floating_point T>
class CommonReference {
public:
    explicit CommonReference(std::int64_t channels, Reference reference = Reference::mean,
                             std::span<const std::int64_t> bad = {})
        : good_(good_channels(channels, bad)), reference_(reference), frame_(good_.size()) {
        for (std::size_t c = 0; c < good_.size(); ++c)
            if (good_[c]) used_.push_back(static_cast<std::int64_t>(c));
        if (used_.empty()) core::fail_option("all " + std::to_string(channels) + " channels are bad: at least one good one is needed");
    }

    [[nodiscard]] int channels() const noexcept { return static_cast<int>(good_.size()); }

    /// `out` may be `in`.
    void process(BlockView<const T> in, BlockView<T> out) noexcept {
        if (!fits(in, out, channels())) return;
        for (std::int64_t f = 0; f < in.frames; ++f) {
            const T common = reference_ == Reference::mean ? mean_of(in, f) : median_of(in, f);
            for (std::int64_t c = 0; c < in.channels; ++c)
                out(f, c) = good_[static_cast<std::size_t>(c)] ? in(f, c) - common : T(0);
        }
    }
    void process(BlockView<T> inout) noexcept { process(inout, inout); }

private:
    T mean_of(BlockView<const T> in, std::int64_t f) const noexcept {
        double sum = 0;
        for (const std::int64_t c : used_) sum += static_cast<double>(in(f, c));
        return static_cast<T>(sum / static_cast<double>(used_.size()));
    }
    T median_of(BlockView<const T> in, std::int64_t f) noexcept {
        for (std::size_t i = 0; i < used_.size(); ++i) {
            frame_[i] = in(f, used_[i]);
            if (core::is_nan(frame_[i])) return frame_[i];
        }
        const auto first = frame_.begin();
        const auto end = first + static_cast<std::ptrdiff_t>(used_.size());
        const auto middle = first + static_cast<std::ptrdiff_t>(used_.size() / 2);
        std::nth_element(first, middle, end);
        return used_.size() % 2 == 1 ? *middle : (*middle + *std::max_element(first, middle)) / 2;
    }

    std::vector<char> good_;
    Reference reference_;
    std::vector<T> frame_;
    std::vector<std::int64_t> used_;
};

}  // namespace fascikit::filter
