// Whitening: weights after which the channels of a site are uncorrelated and of variance 1.
//
//   C' = C + r trace(C) / n I = E diag(l) E^T,   W = E diag(1 / sqrt(l)) E^T
//
// ZCA: of all whitening matrices the symmetric one, which leaves each channel nearest to
// itself (Bell & Sejnowski 1997, 10.1016/S0042-6989(97)00121-1; Kessy, Lewin & Strimmer
// 2018, 10.1080/00031305.2016.1277159). `r` (regularisation) is the share of the mean
// variance that is added to each variance: directions that hold less than that are noise of
// the estimate or of rounding and are not blown up. With r = 0 the covariance must be
// regular. The output has no unit; its covariance is W C W, the identity for r = 0.
//
// Bad channels are neither measured nor used; their outputs are 0 (spatial.hpp).
// Estimate C on a stretch at rest; frames with NaN or infinity in a good channel are left
// out. Cost: covariance n^2 / 2 a frame, weights about 10 n^3, and n^2 a frame to apply.
// Allocates; double arithmetic. Errors: std::invalid_argument naming the value.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <Eigen/Eigenvalues>

#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/filter/spatial.hpp"

namespace fascikit::filter {

/// Covariance of the channels about their means, divided by frames - 1; channels × channels, row-major,
/// 0 for bad ones. At least two usable frames.
template <std::floating_point T>
[[nodiscard]] std::vector<double> channel_covariance(BlockView<const T> in, std::span<const std::int64_t> bad = {}) {
    const std::vector<char> good = good_channels(in.channels, bad);
    const auto n = static_cast<std::size_t>(in.channels);
    const auto usable = [&](std::int64_t f) {
        for (std::size_t c = 0; c < n; ++c)
            if (good[c] && !core::is_finite(in(f, static_cast<std::int64_t>(c)))) return false;
        return true;
    };
    std::vector<double> mean(n, 0.0), row(n, 0.0), sum(n * n, 0.0);
    std::int64_t frames = 0;
    for (std::int64_t f = 0; f < in.frames; ++f) {
        if (!usable(f)) continue;
        ++frames;
        for (std::size_t c = 0; c < n; ++c)
            if (good[c]) mean[c] += static_cast<double>(in(f, static_cast<std::int64_t>(c)));
    }
    if (frames < 2)
        core::fail_option("covariance of " + std::to_string(frames) + " usable frames: at least 2 are needed");
    for (double& m : mean) m /= static_cast<double>(frames);
    for (std::int64_t f = 0; f < in.frames; ++f) {
        if (!usable(f)) continue;
        for (std::size_t c = 0; c < n; ++c) row[c] = good[c] ? static_cast<double>(in(f, static_cast<std::int64_t>(c))) - mean[c] : 0.0;
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b <= a; ++b) sum[a * n + b] += row[a] * row[b];
    }
    for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = 0; b <= a; ++b) {
            sum[a * n + b] /= static_cast<double>(frames - 1);
            sum[b * n + a] = sum[a * n + b];
        }
    return sum;
}

/// Default of `regularisation`: a direction a thousand times weaker than the mean (-30 dB) is not amplified further.
inline constexpr double whitening_regularisation = 1e-3;

/// covariance: channels × channels, row-major, as channel_covariance gives it.
[[nodiscard]] inline SpatialWeights whitening(std::span<const double> covariance, std::int64_t channels,
                                              double regularisation = whitening_regularisation,
                                              std::span<const std::int64_t> bad = {}) {
    const std::vector<char> good = good_channels(channels, bad);
    if (covariance.size() != static_cast<std::size_t>(channels * channels))
        core::fail_option("covariance of " + std::to_string(covariance.size()) + " values: needed are " +
                          std::to_string(channels) + " x " + std::to_string(channels));
    if (!(regularisation >= 0 && std::isfinite(regularisation)))
        core::fail_option("regularisation " + core::number(regularisation) + ": it must be 0 or above");
    std::vector<std::int32_t> used;
    for (std::size_t c = 0; c < good.size(); ++c)
        if (good[c]) used.push_back(static_cast<std::int32_t>(c));
    if (used.empty()) core::fail_option("all " + std::to_string(channels) + " channels are bad: at least one good one is needed");

    const auto n = static_cast<Eigen::Index>(used.size());
    Eigen::MatrixXd c(n, n);
    for (Eigen::Index a = 0; a < n; ++a)
        for (Eigen::Index b = 0; b < n; ++b) {
            const double value = covariance[static_cast<std::size_t>(used[static_cast<std::size_t>(a)] * channels + used[static_cast<std::size_t>(b)])];
            if (!core::is_finite(value)) core::fail_option("covariance holds " + core::number(value) + ": it must be finite");
            c(a, b) = value;
        }
    const double mean = c.trace() / static_cast<double>(n);
    c.diagonal().array() += regularisation * mean;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solved(c);
    const double largest = solved.eigenvalues()(n - 1);
    const double least = solved.eigenvalues()(0);
    // Below this an eigenvalue is rounding.
    if (!(least > largest * static_cast<double>(n) * std::numeric_limits<double>::epsilon()) || !(largest > 0))
        core::fail_option("the covariance is singular (eigenvalues " + core::number(least) + " to " + core::number(largest) +
                          "): a regularisation above " + core::number(regularisation) + ", or fewer channels, is needed");
    const Eigen::MatrixXd w = solved.operatorInverseSqrt();

    SpatialWeights weights{channels, std::vector<std::vector<Weight>>(static_cast<std::size_t>(channels))};
    for (Eigen::Index a = 0; a < n; ++a)
        for (Eigen::Index b = 0; b < n; ++b)
            weights.outputs[static_cast<std::size_t>(used[static_cast<std::size_t>(a)])].push_back(
                {used[static_cast<std::size_t>(b)], w(a, b)});
    return weights;
}

}  // namespace fascikit::filter
